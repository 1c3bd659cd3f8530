/* Messages made up by their descriptors, and small assertions. */
#include "helpers.h"
#include "asskomm/envelope.pb-c.h"
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/tables.h"
#include "core/text.h"
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TYPES_MAX 400u

/* What no method names: it travels in the envelope, or between a rule and its statement. */
static const char *const OTHER_TYPES[] = { "asskomm.v1.Header", "asskomm.v1.FactHeader",
	"asskomm.v1.FactWithdrawn", "asskomm.v1.Rules", "asskomm.monitor.v1.Marks",
	"asskomm.monitor.v1.PressFacts", "asskomm.notifications.v1.Notice",
	"asskomm.registry.v1.Territory", "asskomm.registry.v1.TerritoryChanged",
	"asskomm.registry.v1.AgreementSigned", "asskomm.registry.v1.ParticipantAdvised",
	"asskomm.coaching.v1.CoachingClosed", "asskomm.analysis.v1.AnalysisPresented",
	"asskomm.funding.v1.BudgetSet" };

/* xorshift64 */
uint64_t chance_next(struct chance *chance)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return chance->state;
}

size_t chance_below(struct chance *chance, size_t limit)
{
	return (size_t)(chance_next(chance) >> 11) % limit;
}

static const ProtobufCMessageDescriptor *types[TYPES_MAX];
static size_t n_types;

static void add_type(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < n_types; i++) {
		if (types[i] == type)
			return;
	}
	assert_true(n_types < TYPES_MAX);
	types[n_types++] = type;
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			add_type(type->fields[i].descriptor);
	}
}

size_t all_types(const ProtobufCMessageDescriptor *const **out_types)
{
	for (size_t i = 0; i < TABLES_METHOD_COUNT && n_types < TYPES_MAX; i++) {
		add_type(TABLES_METHODS[i].input);
		add_type(TABLES_METHODS[i].output);
	}
	for (size_t i = 0; i < sizeof OTHER_TYPES / sizeof OTHER_TYPES[0]; i++) {
		const ProtobufCMessageDescriptor *type = tables_descriptor(OTHER_TYPES[i]);
		assert_non_null(type);
		add_type(type);
	}
	*out_types = types;
	return n_types;
}

static uint64_t random_number(struct chance *chance)
{
	static const uint64_t borders[] = { 0, 1, 127, 128, INT32_MAX, (uint64_t)INT32_MIN,
		UINT32_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX };
	if (chance_below(chance, 2) == 0)
		return chance_next(chance) >> chance_below(chance, 64);
	return borders[chance_below(chance, sizeof borders / sizeof borders[0])];
}

static char *random_text(struct arena *arena, struct chance *chance)
{
	static const char *const pieces[] = { "", "a", "Görlitz", "Budyšin", "\"", "\\", "\n",
		"\x01", "\x7f", "€", "𝄞", "漢", "/", "[", "{}", "null", "0", "\u2028",
		"\xef\xbf\xbf" };
	struct text text;
	text_init(&text, arena, 4096);
	for (size_t i = chance_below(chance, 6); i > 0; i--)
		text_append(&text, pieces[chance_below(chance, sizeof pieces / sizeof pieces[0])]);
	return text.bytes;
}

static ProtobufCBinaryData random_bytes(struct arena *arena, struct chance *chance)
{
	ProtobufCBinaryData bytes = { .len = chance_below(chance, 40) };
	if (bytes.len == 0)
		return bytes;
	bytes.data = arena_alloc(arena, bytes.len);
	for (size_t i = 0; i < bytes.len; i++)
		bytes.data[i] = (uint8_t)chance_next(chance);
	return bytes;
}

/* Of one NaN there are many; ProtoJSON knows one. */
static double random_real(struct chance *chance, double max, double least)
{
	const double borders[] = { 0, -0.0, NAN, INFINITY, -INFINITY, max, -max, least, -least, 0.1,
		1.0 / 3, 9007199254740993.0, 1e22, 1e23 };
	if (chance_below(chance, 2) == 0)
		return borders[chance_below(chance, sizeof borders / sizeof borders[0])];
	return (double)(int64_t)chance_next(chance) / (double)(1 + chance_below(chance, 1000));
}

static void random_value(struct arena *arena, struct chance *chance,
	const ProtobufCFieldDescriptor *field, void *out)
{
	const ProtobufCEnumDescriptor *values = field->descriptor;
	uint64_t number = random_number(chance);
	switch (reflect_kind(field->type)) {
	case VALUE_SIGNED:
	case VALUE_UNSIGNED:
		memcpy(out, &number, reflect_size(field->type));
		return;
	case VALUE_REAL:
		if (field->type == PROTOBUF_C_TYPE_FLOAT)
			*(float *)out = (float)random_real(chance, FLT_MAX, FLT_TRUE_MIN);
		else
			*(double *)out = random_real(chance, DBL_MAX, DBL_TRUE_MIN);
		return;
	case VALUE_BOOL:
		*(protobuf_c_boolean *)out = number & 1;
		return;
	case VALUE_ENUM:
		*(int *)out = values->values[chance_below(chance, values->n_values)].value;
		return;
	case VALUE_STRING:
		*(char **)out = random_text(arena, chance);
		return;
	case VALUE_BYTES:
		*(ProtobufCBinaryData *)out = random_bytes(arena, chance);
		return;
	case VALUE_MESSAGE:
		*(ProtobufCMessage **)out = random_message(arena, chance, field->descriptor);
		return;
	}
}

/* In a map each key stands once, and each entry has its message. */
static size_t keep_keys_once(ProtobufCMessage **entries, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		const ProtobufCFieldDescriptor *fields = entries[i]->descriptor->fields;
		bool is_new = reflect_is_set(entries[i], &fields[1]);
		for (size_t j = 0; j < kept && is_new; j++) {
			const void *one = reflect_member(entries[i], &fields[0]);
			const void *other = reflect_member(entries[j], &fields[0]);
			is_new = fields[0].type == PROTOBUF_C_TYPE_STRING
					 ? strcmp(*(char *const *)one, *(char *const *)other) != 0
					 : memcmp(one, other, reflect_size(fields[0].type)) != 0;
		}
		if (is_new)
			entries[kept++] = entries[i];
	}
	return kept;
}

ProtobufCMessage *random_message(
	struct arena *arena, struct chance *chance, const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = reflect_new(arena, descriptor);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		size_t size = reflect_size(field->type);
		max_align_t value[2];
		if (chance_below(chance, 4) == 0)
			continue;
		if (field->label != PROTOBUF_C_LABEL_REPEATED) {
			random_value(arena, chance, field, value);
			reflect_put(message, field, value);
			continue;
		}
		size_t count = chance_below(chance, 4);
		char *items = arena_alloc(arena, count * size);
		for (size_t j = 0; j < count; j++)
			random_value(arena, chance, field, items + j * size);
		if (reflect_is_map(field))
			count = keep_keys_once((ProtobufCMessage **)(void *)items, count);
		*(char **)reflect_member(message, field) = items;
		*reflect_count(message, field) = count;
	}
	return message;
}

bool are_equal(const ProtobufCMessage *left, const ProtobufCMessage *right)
{
	struct arena *arena = arena_new(4u << 20);
	size_t left_len, right_len;
	const uint8_t *left_bytes = reflect_pack(arena, left, &left_len);
	const uint8_t *right_bytes = reflect_pack(arena, right, &right_len);
	bool equal = left->descriptor == right->descriptor && left_len == right_len &&
		     memcmp(left_bytes, right_bytes, left_len) == 0;
	arena_destroy(&arena);
	return equal;
}

void assert_stops(void (*run)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		/* The line of CHECK is expected: it shall not stand in the test's report. */
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(nowhere, STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		run();
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

void assert_violation(const Asskomm__Failure *failure, const char *field, const char *rule)
{
	assert_non_null(failure);
	for (size_t i = 0; i < failure->n_violations; i++) {
		const Asskomm__Failure__Violation *violation = failure->violations[i];
		if (strcmp(violation->field, field) == 0 && strcmp(violation->rule, rule) == 0) {
			assert_true(strlen(violation->message) > 0);
			return;
		}
	}
	for (size_t i = 0; i < failure->n_violations; i++)
		print_error("  there is: \"%s\" %s: %s\n", failure->violations[i]->field,
			failure->violations[i]->rule, failure->violations[i]->message);
	fail_msg("no violation of \"%s\" by %s", field, rule);
}
