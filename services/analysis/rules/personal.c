/* Registers, samples and questionnaires stay where they are: here it is only known that they are
 * there. */
#include "personal.h"

#include "core/text.h"
#include <string.h>

#define BETWEEN " _-.,;:()/="
#define SEMICOLONS_MAX 2u /* of a sentence; a row of a table has more */

/* Headings of columns with one person a row. To add one: a word, in small letters. */
static const char *const WORDS[] = { "id", "name", "vorname", "nachname", "strasse", "straße",
	"anschrift", "adresse", "address", "email", "mail", "telefon", "phone", "geburtsdatum",
	"birthday", "fragebogen", "questionnaire", "respondent", "lfd", "kommentar", "comment",
	"freitext", "bemerkung" };
#define N_WORDS (sizeof(WORDS) / sizeof(WORDS[0]))

/* As a whole: "id" is in many longer words. */
static bool is_word(const char *word, size_t len)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (strlen(WORDS[i]) == len && strncmp(word, WORDS[i], len) == 0)
			return true;
	return false;
}

bool personal_heading(struct arena *arena, const char *heading)
{
	const char *word = text_fold(arena, heading);

	for (word += strspn(word, BETWEEN); *word != '\0'; word += strspn(word, BETWEEN)) {
		size_t len = strcspn(word, BETWEEN);

		if (is_word(word, len))
			return true;
		word += len;
	}
	return false;
}

/* "The column name is empty" says something of the file, "name: …" something of a person. */
static bool has_value(const char *text)
{
	const char *word = text + strspn(text, BETWEEN);

	while (*word != '\0') {
		size_t len = strcspn(word, BETWEEN);
		const char *behind = word + len + strspn(word + len, " ");

		if (is_word(word, len) && (*behind == ':' || *behind == '='))
			return true;
		if (strncmp(word, "geb.", 4) == 0 || strncmp(word, "geboren ", 8) == 0)
			return true;
		word += len + strspn(word + len, BETWEEN);
	}
	return false;
}

bool personal_text(struct arena *arena, const char *text)
{
	size_t semicolons = 0;

	for (const char *at = text; *at != '\0'; at++)
		semicolons += *at == ';';
	return strpbrk(text, "@\t\r\n") != NULL || semicolons > SEMICOLONS_MAX ||
	       has_value(text_fold(arena, text));
}
