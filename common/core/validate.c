/* Walks a message along its side tables and collects a violation per field that breaks a rule. A
 * field that is empty and not required is never looked at further. The walk ends when a failure
 * can hold no more. */
#include "core/validate.h"
#include "core/catalogue.h"
#include "core/civil.h"
#include "core/failure.h"
#include "core/place.h"
#include "core/reflect_value.h"
#include "core/text.h"
#include <stdarg.h>
#include <string.h>

#define EMAIL_MAX 254u
#define UUID_LEN 36u

/* One walk; no failure as long as all holds. */
struct check {
	struct arena *arena;
	Asskomm__Failure *failure;
};

/* One field, or one item of it: where it stands, what it is and which rules it has. */
struct subject {
	struct place place;
	const ProtobufCFieldDescriptor *field;
	const struct field_info *info;
};

/* Not isalpha: formats are the same in every locale. */
static bool is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

static bool is_digit(char digit)
{
	return digit >= '0' && digit <= '9';
}

/* Nothing but digits, so many of them. */
static bool is_digits(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "0123456789") == count;
}

/* The days of the calendar are civil.c's business. */
static bool is_date(const char *text)
{
	struct civil_date date;
	return civil_parse(text, &date);
}

static bool is_instant(const char *text)
{
	int64_t unix_us;
	return civil_parse_instant(text, &unix_us);
}

/* One spelling only, as the database prints it: ids are compared as text. */
static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (strlen(text) != UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		bool hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
		if (form[i] == 'x' ? !hex : text[i] != '-')
			return false;
	}
	return true;
}

/* Where a list by day and id goes on: "2023-08-09_7c9e6679-…". */
static bool is_place(const char *text)
{
	char day[CIVIL_DATE_SIZE] = "";
	if (strlen(text) != CIVIL_DATE_SIZE + UUID_LEN || text[CIVIL_DATE_SIZE - 1] != '_')
		return false;
	memcpy(day, text, CIVIL_DATE_SIZE - 1);
	return is_date(day) && is_uuid(text + CIVIL_DATE_SIZE);
}

static bool is_district(const char *text)
{
	return is_digits(text, 5);
}

/* Municipality, union, district; or a consortium. */
static bool is_key(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	if (text[0] == 'k' && text[1] == '-')
		return text[2] != 0 && text[2 + strspn(text + 2, letters)] == 0;
	return is_digits(text, 8) || is_digits(text, 9) || is_digits(text, 5);
}

/* A value of an open list of ours: "youth_protection". */
static bool is_code(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	return *text >= 'a' && *text <= 'z' && text[strspn(text, letters)] == 0;
}

/* Codes of organisations stand in addresses, in CSV files and in facts. */
static bool is_organisation(const char *text)
{
	if (*text < 'A' || *text > 'Z')
		return false;
	while (is_letter(*text) || is_digit(*text) || *text == '-')
		text++;
	return *text == 0;
}

/* A name of ours, as proto/ has them: a counter, a kind of fact. */
static bool is_name(const char *text)
{
	if (!is_letter(*text))
		return false;
	while (is_letter(*text) || is_digit(*text))
		text++;
	return *text == 0;
}

/* Labels of letters, digits and inner hyphens; at least two of them. */
static bool is_domain(const char *text)
{
	size_t labels = 0;
	for (;;) {
		size_t len = 0;
		while (is_letter(text[len]) || is_digit(text[len]) || text[len] == '-')
			len++;
		if (len == 0 || len > 63 || text[0] == '-' || text[len - 1] == '-')
			return false;
		labels++;
		if (text[len] == 0)
			return labels >= 2;
		if (text[len] != '.')
			return false;
		text += len + 1;
	}
}

/* What mail servers of administrations use: no quoted names, no comments, no address literals. */
static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');
	if (at == NULL || at == text || at - text > 64 || strlen(text) > EMAIL_MAX)
		return false;
	for (const char *letter = text; letter < at; letter++) {
		bool inner = letter > text && letter + 1 < at && letter[1] != '.';
		bool dot = *letter == '.' && inner;
		if (!is_letter(*letter) && !is_digit(*letter) && !dot &&
			strchr("!#$%&'*+/=?^_`{|}~-", *letter) == NULL)
			return false;
	}
	return is_domain(at + 1);
}

/* Named in every language as in Figures. */
#define COUNTERS                                                                                   \
	"contacted, advised, closelyCooperating, preliminaryAgreements, agreements, "              \
	"agreementsGross, modelMunicipalities, councils, districtCouncils, coachingsRequested, "   \
	"coachesMatched, coachings, analysesStarted, analyses, municipalitiesAnalysed, "           \
	"participants, budgetCents"

/* As the list has it: a name is a whole item of it. */
static bool is_counter(const char *text)
{
	size_t len = strlen(text);
	for (const char *at = COUNTERS; at != NULL; at = strchr(at, ',')) {
		at += strspn(at, ", ");
		if (strncmp(at, text, len) == 0 && (at[len] == ',' || at[len] == 0))
			return true;
	}
	return false;
}

/* To add one: a row here, in tables.h and in the generator's format table. */
static const struct format {
	bool (*fits)(const char *text);
	const char *wanted;
} FORMATS[] = {
	[FORMAT_DATE] = { is_date, TEXT("a date that exists, as 2023-08-09") },
	[FORMAT_INSTANT] = { is_instant, TEXT("a date, or an instant as 2023-08-09T10:15:00Z") },
	[FORMAT_UUID] = { is_uuid, TEXT("a uuid in lower case") },
	[FORMAT_KEY] = { is_key, TEXT("a participant's key: 8, 9 or 5 digits, or k-…") },
	[FORMAT_DISTRICT] = { is_district, TEXT("a district's key: 5 digits") },
	[FORMAT_CODE] = { is_code, TEXT("a code: small letters, digits and _, a letter first") },
	[FORMAT_EMAIL] = { is_email, TEXT("an e-mail address, as name@example.org") },
	[FORMAT_NAME] = { is_name, TEXT("a name: letters and digits, a letter first") },
	[FORMAT_PLACE] = { is_place, TEXT("`next` of the page before") },
	[FORMAT_ORGANISATION] = { is_organisation,
		TEXT("an organisation's code: letters, digits and -, a capital first") },
	[FORMAT_COUNTER] = { is_counter, COUNTERS },
};

/* An empty text has every format: whether it may be empty is another rule. */
bool validate_format(enum field_format format, const char *text)
{
	if (format == FORMAT_NONE || *text == 0)
		return true;
	CHECK((size_t)format < sizeof FORMATS / sizeof FORMATS[0]);
	return FORMATS[format].fits(text);
}

/* The path is made here: a walk that finds nothing costs no memory. */
static void complain(struct check *check, const struct subject *subject, const char *rule,
	const char *format, ...) PRINTF_LIKE(4, 5);
static void complain(struct check *check, const struct subject *subject, const char *rule,
	const char *format, ...)
{
	va_list arguments;

	if (check->failure == NULL)
		check->failure = failure_new(check->arena, FAILURE_INVALID,
			"The request breaks the rules of its fields");
	va_start(arguments, format);
	const char *message = say_list(check->arena, format, arguments);
	va_end(arguments);
	failure_add(check->arena, check->failure, place_path(check->arena, &subject->place), rule,
		"%s", message);
}

/* Whether one more violation would be kept. */
static bool is_full(const struct check *check)
{
	return check->failure != NULL && check->failure->n_violations >= FAILURE_VIOLATIONS_MAX;
}

/* Blanks alone say nothing: who must give a text has given none. */
static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* One violation for a field: who mends its length sees the next one then. */
static void check_string(struct check *check, const struct subject *subject, const char *text)
{
	const struct field_info *info = subject->info;
	size_t characters = text_characters(text);
	if (info->required && is_blank(text))
		complain(check, subject, "required", "Give a value");
	else if (characters < info->min_len)
		complain(check, subject, "min_len", "Give at least %u characters", info->min_len);
	else if (info->max_len > 0 && characters > info->max_len)
		complain(check, subject, "max_len", "Give at most %u characters", info->max_len);
	else if (!validate_format(info->format, text))
		complain(check, subject, "format", "Give %s",
			say_text(check->arena, FORMATS[info->format].wanted));
}

/* Limits are signed: an unsigned number beyond them counts as the largest signed one. */
static void check_number(struct check *check, const struct subject *subject, const void *value)
{
	const struct field_info *info = subject->info;
	ProtobufCType type = subject->field->type;
	int64_t number;
	if (reflect_kind(type) == VALUE_SIGNED) {
		number = reflect_load_signed(type, value);
	} else {
		uint64_t magnitude = reflect_load_unsigned(type, value);
		number = magnitude > INT64_MAX ? INT64_MAX : (int64_t)magnitude;
	}
	if (info->has_gte && number < info->gte)
		complain(check, subject, "gte", "Give at least %lld", (long long)info->gte);
	else if (info->has_lte && number > info->lte)
		complain(check, subject, "lte", "Give at most %lld", (long long)info->lte);
}

static void check_message(
	struct check *check, const struct place *place, const ProtobufCMessage *message);

/* A value that was given. */
static void check_value(struct check *check, const struct subject *subject, const void *value)
{
	switch (reflect_kind(subject->field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		check_number(check, subject, value);
		return;
	case VALUE_STRING:
		check_string(check, subject, *(char *const *)value);
		return;
	case VALUE_MESSAGE:
		check_message(check, &subject->place, *(ProtobufCMessage *const *)value);
		return;
	case VALUE_REAL:
	case VALUE_BOOL:
	case VALUE_ENUM:
	case VALUE_BYTES:
		return;
	}
}

/* Whether a value is its type's default: "not given" for what has no presence. */
static bool is_empty(const ProtobufCFieldDescriptor *field, const void *value)
{
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
	case VALUE_REAL:
	case VALUE_BOOL:
	case VALUE_ENUM: {
		static const char zeros[sizeof(double)];
		return memcmp(value, zeros, reflect_size(field->type)) == 0;
	}
	case VALUE_STRING:
		return *(char *const *)value == NULL || **(char *const *)value == 0;
	case VALUE_BYTES:
		return ((const ProtobufCBinaryData *)value)->len == 0;
	case VALUE_MESSAGE:
		return *(ProtobufCMessage *const *)value == NULL;
	}
	check_failed("a kind of value", __FILE__, __LINE__);
}

/* An item that is empty was still given: it must do as one if the list is required. */
static void check_items(
	struct check *check, const struct subject *subject, const ProtobufCMessage *message)
{
	const struct field_info *info = subject->info;
	size_t count = *reflect_count(message, subject->field);
	if (count == 0 && info->required)
		complain(check, subject, "required", "Give at least one");
	if (info->max_items > 0 && count > info->max_items) {
		complain(check, subject, "max_items", "Give at most %u", info->max_items);
		return;
	}
	const char *items = *(char *const *)reflect_member(message, subject->field);
	for (size_t i = 0; i < count && !is_full(check); i++) {
		const void *value = items + i * reflect_size(subject->field->type);
		struct subject item = *subject;
		item.place = (struct place){ .up = &subject->place, .index = i };
		if (info->required && is_empty(subject->field, value))
			complain(check, &item, "required", "Give a value");
		else if (!is_empty(subject->field, value) || info->min_len > 0)
			check_value(check, &item, value);
	}
}

/* For what has no presence 0 and "" are "not given": its limits then do not hold, and only
 * `required` can be broken. */
static void check_single(
	struct check *check, const struct subject *subject, const ProtobufCMessage *message)
{
	const void *value = reflect_member(message, subject->field);
	/* A member of a oneof was given when it is set, whatever its value. */
	bool has_presence = (subject->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
	bool given = reflect_is_set(message, subject->field) &&
		     (has_presence || !is_empty(subject->field, value));
	if (given)
		check_value(check, subject, value);
	else if (subject->info->required)
		complain(check, subject, "required", "Give a value");
}

static void check_message(
	struct check *check, const struct place *place, const ProtobufCMessage *message)
{
	const struct message_info *table = tables_message(message->descriptor);
	CHECK(table != NULL);
	for (unsigned i = 0; i < message->descriptor->n_fields && !is_full(check); i++) {
		struct subject subject;
		subject.field = &message->descriptor->fields[i];
		subject.info = &table->fields[i];
		subject.place = (struct place){ .up = place, .name = subject.info->json_name };
		if (subject.field->label == PROTOBUF_C_LABEL_REPEATED)
			check_items(check, &subject, message);
		else
			check_single(check, &subject, message);
	}
}

/* The same walk at the edge, where it saves a round trip, and in the service, which trusts no one.
 */
Asskomm__Failure *validate(struct arena *arena, const ProtobufCMessage *message)
{
	struct check check = { .arena = arena };
	check_message(&check, NULL, message);
	return check.failure;
}

/* Whether the texts of a field are dates, or its messages hold none that is not. */
static bool has_dates(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	size_t count = repeated ? *reflect_count(message, field) : reflect_is_set(message, field);
	const void *member = reflect_member(message, field);
	const char *const *items = repeated ? *(const char *const *const *)member : member;

	for (size_t i = 0; i < count; i++)
		if (field->type == PROTOBUF_C_TYPE_MESSAGE
				? validate_dates((const void *)items[i]) != NULL
				: items[i][0] != '\0' && !is_date(items[i]))
			return false;
	return true;
}

const char *validate_dates(const ProtobufCMessage *message)
{
	const struct message_info *table = tables_message(message->descriptor);
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		bool holds = field->type == PROTOBUF_C_TYPE_MESSAGE ||
			     table->fields[i].format == FORMAT_DATE;
		if (holds && !has_dates(message, field))
			return table->fields[i].json_name;
	}
	return NULL;
}
