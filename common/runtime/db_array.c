/* PostgreSQL's text form of an array. Every item is quoted, so that "NULL", "", blanks, commas and
 * braces need no thought; only the quote and the backslash are special inside quotes. */
#include "runtime/db.h"
#include <string.h>

/* Bytes of the item with its quotes and a comma. */
static size_t item_room(const char *item)
{
	size_t room = sizeof("NULL,");

	if (item == NULL)
		return room;
	for (; *item != '\0'; item++)
		room += *item == '"' || *item == '\\' ? 2 : 1;
	return room;
}

/* The same bytes that item_room counted. */
static char *item_write(char *out, const char *item)
{
	if (item == NULL) {
		memcpy(out, "NULL", 4);
		return out + 4;
	}
	*out++ = '"';
	for (; *item != '\0'; item++) {
		if (*item == '"' || *item == '\\')
			*out++ = '\\';
		*out++ = *item;
	}
	*out++ = '"';
	return out;
}

/* Measured first, so there is one allocation for what may be megabytes. */
char *db_array(struct arena *arena, size_t count, const char *const *items)
{
	size_t room = sizeof("{}");
	char *text, *out;

	for (size_t i = 0; i < count; i++)
		room += item_room(items[i]);
	out = text = arena_alloc(arena, room);
	*out++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*out++ = ',';
		out = item_write(out, items[i]);
	}
	*out++ = '}';
	return text;
}
