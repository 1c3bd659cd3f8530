/* What a record of GV100AD says, and whether it may stand where it stands: below the records of its
 * Land, region, district and association, in ascending order, each key once. */
#include "gv100ad.h"

#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

/* The layout's columns, from 1. */
enum column {
	STATUS_FROM = 3,
	LAND = 11,
	REGION = 13,
	DISTRICT = 14,
	MUNICIPALITY = 16,
	ASSOCIATION = 19,
	NAME = 23,
	SEAT = 73,
	CODE = 123,
	AREA = 129,
	POPULATION = 140,
	MALE = 151,
	POSTCODE = 166,
};
#define NAME_LEN 50u
#define NUMBER_LEN 11u
#define POSTCODE_LEN 5u

/* Codes of the layout. */
#define INDEPENDENT_CITY_DISTRICT 42ul /* up to here an independent city, else rural */
#define NO_ASSOCIATION 50ul
#define UNINHABITED 66ul

/* ---- fields */

/* Keys are kept as texts: a leading zero belongs to them. */
static bool is_digits(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789") == len;
}

/* `len` digits, or NULL and the error. */
static char *digits(struct gv100ad *reader, enum column from, size_t len, const char *what)
{
	char *text = gv100ad_text(reader, from, from + len - 1);
	if (is_digits(text, len)) {
		return text;
	}
	(void)!gv100ad_fail(reader, from, "the %s has %zu digits, here \"%s\"", what, len, text);
	return NULL;
}

/* Eleven digits that fit what the registry counts with. */
static bool number(struct gv100ad *reader, enum column from, const char *what, uint32_t *out_number)
{
	char *text = digits(reader, from, NUMBER_LEN, what);
	if (text == NULL) {
		return false;
	}
	unsigned long long value = strtoull(text, NULL, 10);
	if (value > UINT32_MAX) {
		return gv100ad_fail(reader, from, "the %s cannot be as large as %s", what, text);
	}
	*out_number = (uint32_t)value;
	return true;
}

/* The text code, which says what the record's subject is. */
static bool code(
	struct gv100ad *reader, unsigned long least, unsigned long most, unsigned long *out_code)
{
	char *text = digits(reader, CODE, 2, "text code");
	if (text == NULL) {
		return false;
	}
	*out_code = strtoul(text, NULL, 10);
	if (*out_code < least || *out_code > most) {
		return gv100ad_fail(reader, CODE, "the text code lies between %lu and %lu, here %s",
			least, most, text);
	}
	return true;
}

/* A name may be anything but nothing. */
static char *name(struct gv100ad *reader)
{
	char *text = gv100ad_text(reader, NAME, NAME + NAME_LEN - 1);
	if (text[0] != '\0') {
		return text;
	}
	(void)!gv100ad_fail(reader, NAME, "there is no name");
	return NULL;
}

/* "Weißwasser/O.L., Stadt / Běła Woda" is "Weißwasser/O.L. / Běła Woda": what follows a comma is a
 * title, in each of the two languages. */
static char *without_titles(struct arena *arena, const char *official)
{
	char *plain = text_copy(arena, "");
	for (const char *part = official; part != NULL;) {
		const char *end = strstr(part, " / ");
		size_t len = end != NULL ? (size_t)(end - part) : strlen(part);
		size_t untitled = strcspn(part, ",");
		plain = text_format(arena, "%s%s%.*s", plain, plain[0] != '\0' ? " / " : "",
			(int)(untitled < len ? untitled : len), part);
		part = end != NULL ? end + strlen(" / ") : NULL;
	}
	return plain[0] != '\0' ? plain : text_copy(arena, official);
}

/* ---- where a record may stand */

/* The same in every record, and a day that exists. */
static bool check_status(struct gv100ad *reader)
{
	char *text = digits(reader, STATUS_FROM, 8, "status date");
	struct civil_date date;
	if (text == NULL) {
		return false;
	}
	char *iso = text_format(reader->arena, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	if (reader->line == 1) {
		if (!civil_parse(iso, &date)) {
			return gv100ad_fail(reader, STATUS_FROM, "%s is no day", iso);
		}
		reader->request->status_date = iso;
	} else if (strcmp(iso, reader->request->status_date) != 0) {
		return gv100ad_fail(reader, STATUS_FROM,
			"the status date %s is not that of line 1, %s", iso,
			reader->request->status_date);
	}
	return true;
}

/* Whether the digits here are those of the record above. */
/* The record above is the one that was read last of its type, so comparing the digits is enough:
 * the layout puts a Land before its regions, these before districts, and so on. */
static bool check_parent(struct gv100ad *reader, enum column from, const char *key,
	const char *parent, const char *what)
{
	if (strcmp(key, parent) == 0) {
		return true;
	}
	return gv100ad_fail(
		reader, from, "no record of the %s %s stands above this one", what, key);
}

/* Strictly ascending below the same parent: so a key that is there twice is found without keeping
 * all keys, and two parts of a file that were put together in the wrong order are found as well. */
static bool check_order(struct gv100ad *reader, enum column from, const char *key, const char *last,
	const char *what)
{
	int order = strcmp(key, last);
	if (order > 0) {
		return true;
	}
	return gv100ad_fail(reader, from,
		order == 0 ? "the %s %s is there twice" : "the %s %s stands behind %s", what, key,
		last);
}

/* A file that was cut off between two records looks whole line by line. But associations stand
 * before their municipalities, so what is missing behind the cut leaves associations without any.
 */
bool gv100ad_close_district(struct gv100ad *reader)
{
	const struct gv100ad_place *place = &reader->place;
	if (place->district[0] != '\0' && place->n_municipalities == 0) {
		return gv100ad_fail(reader, 0, "the district %s of line %zu has no municipality",
			place->district, place->district_line);
	}
	for (size_t i = 0; i < place->n_associations; i++) {
		if (!place->associations[i].used) {
			return gv100ad_fail(reader, 0,
				"the association %s%s of line %zu has no municipality",
				place->district, place->associations[i].key,
				place->associations[i].line);
		}
	}
	return true;
}

/* The same for a Land of which only the first record is there. */
bool gv100ad_close_land(struct gv100ad *reader)
{
	if (reader->place.land[0] != '\0' && !reader->place.has_districts) {
		return gv100ad_fail(reader, 0, "the Land %s of line %zu has no district",
			reader->place.land, reader->place.land_line);
	}
	return true;
}

/* ---- the records */

/* Everything below belongs to this Land now: what was known of the one before is forgotten. */
static bool read_land(struct gv100ad *reader)
{
	struct gv100ad_place *place = &reader->place;
	Registry__Land *land = NEW(reader->arena, Registry__Land);
	registry__land__init(land);
	land->key = digits(reader, LAND, 2, "Land");
	land->name = name(reader);
	if (land->key == NULL || land->name == NULL || !gv100ad_close_district(reader) ||
		!gv100ad_close_land(reader) ||
		!check_order(reader, LAND, land->key, place->land, "Land")) {
		return false;
	}
	land->seat = gv100ad_text(reader, SEAT, SEAT + NAME_LEN - 1);
	memset(place, 0, sizeof *place);
	memcpy(place->land, land->key, sizeof place->land);
	place->land_line = reader->line;
	reflect_append(reader->arena, &reader->request->base, "lands", land);
	return true;
}

/* Regierungsbezirke are checked and not kept: nothing of the alliance hangs on them. */
static bool read_region(struct gv100ad *reader)
{
	struct gv100ad_place *place = &reader->place;
	char *land = digits(reader, LAND, 2, "Land");
	char *key = digits(reader, LAND, 3, "region");
	if (key == NULL || land == NULL || name(reader) == NULL ||
		!check_parent(reader, LAND, land, place->land, "Land") ||
		!check_order(reader, LAND, key, place->region, "region")) {
		return false;
	}
	memcpy(place->region, key, sizeof place->region);
	return true;
}

/* Baden-Wuerttemberg's regions lie inside a Regierungsbezirk. */
static bool read_sub_region(struct gv100ad *reader)
{
	char *key = digits(reader, LAND, 3, "region");
	return key != NULL && name(reader) != NULL &&
	       check_parent(reader, LAND, key, reader->place.region, "region");
}

/* A Land without regions has 0 in their place. */
static bool check_region(struct gv100ad *reader, const char *district)
{
	char *region = text_copy_len(reader->arena, district, 3);
	char *land = text_copy_len(reader->arena, district, 2);
	return check_parent(reader, LAND, land, reader->place.land, "Land") &&
	       (region[2] == '0' ||
		       check_parent(reader, LAND, region, reader->place.region, "region"));
}

/* Numbers of municipalities and keys of associations are unique inside a district only, so both
 * begin anew with each. */
static void enter_district(struct gv100ad *reader, const char *key, bool has_record)
{
	struct gv100ad_place *place = &reader->place;
	memcpy(place->district, key, sizeof place->district);
	place->district_line = reader->line;
	place->municipality[0] = '\0';
	place->n_municipalities = place->n_associations = 0;
	place->has_districts = true;
	place->is_nowhere = !has_record;
}

/* An independent city is a district with one municipality in it, which follows below. */
static bool read_district(struct gv100ad *reader)
{
	Registry__District *district = NEW(reader->arena, Registry__District);
	unsigned long kind;
	registry__district__init(district);
	district->ags5 = digits(reader, LAND, 5, "district");
	district->name = name(reader);
	if (district->ags5 == NULL || district->name == NULL || !code(reader, 41, 45, &kind) ||
		!check_region(reader, district->ags5) || !gv100ad_close_district(reader) ||
		!check_order(reader, LAND, district->ags5, reader->place.district, "district")) {
		return false;
	}
	if (reader->request->n_districts == GV100AD_DISTRICTS_MAX) {
		return gv100ad_fail(reader, 0, "more than %u districts", GV100AD_DISTRICTS_MAX);
	}
	district->name = without_titles(reader->arena, district->name);
	district->seat = gv100ad_text(reader, SEAT, SEAT + NAME_LEN - 1);
	district->kind = text_copy(
		reader->arena, kind <= INDEPENDENT_CITY_DISTRICT ? "independent_city" : "district");
	enter_district(reader, district->ags5, true);
	reflect_append(reader->arena, &reader->request->base, "districts", district);
	return true;
}

/* What lies in no district (a border river, the coastal waters) has the district 000, which has no
 * record of its own. */
static bool check_district(struct gv100ad *reader, const char *district)
{
	struct gv100ad_place *place = &reader->place;
	if (strcmp(district, place->district) == 0 || strcmp(district + 2, "000") != 0) {
		return check_parent(reader, LAND, district, place->district, "district");
	}
	if (!gv100ad_close_district(reader) || !check_region(reader, district)) {
		return false;
	}
	enter_district(reader, district, false);
	return true;
}

/* Amt, Samtgemeinde, Verbandsgemeinde, Kirchspielslandgemeinde and Verwaltungsverband are legal
 * persons; a Verwaltungsgemeinschaft in its three forms is none. */
static const char *association_kind(unsigned long kind)
{
	return kind == 54 || kind == 57 || kind == 58 ? "partnership" : "union";
}

/* The record says by its code that a municipality has no association. */
/* Its key has the district's digits before its own four, as everybody writes it. */
static bool add_association(struct gv100ad *reader, const char *district, unsigned long kind,
	struct gv100ad_association *place)
{
	Registry__Association *association = NEW(reader->arena, Registry__Association);
	registry__association__init(association);
	association->name = name(reader);
	place->ars9 = "";
	if (association->name == NULL || kind == NO_ASSOCIATION) {
		return association->name != NULL;
	}
	if (reader->request->n_associations == GV100AD_ASSOCIATIONS_MAX) {
		return gv100ad_fail(
			reader, 0, "more than %u associations", GV100AD_ASSOCIATIONS_MAX);
	}
	association->ars9 = text_format(reader->arena, "%s%s", district, place->key);
	association->kind = text_copy(reader->arena, association_kind(kind));
	association->district = text_copy(reader->arena, district);
	place->ars9 = association->ars9;
	reflect_append(reader->arena, &reader->request->base, "associations", association);
	return true;
}

/* Associations of a district come before its municipalities. */
static bool read_association(struct gv100ad *reader)
{
	struct gv100ad_place *place = &reader->place;
	char *district = digits(reader, LAND, 5, "district");
	char *key = digits(reader, ASSOCIATION, 4, "association");
	unsigned long kind;
	if (district == NULL || key == NULL || !code(reader, 50, 58, &kind) ||
		!check_district(reader, district)) {
		return false;
	}
	size_t count = place->n_associations;
	if (place->n_municipalities > 0) {
		return gv100ad_fail(reader, 1, "an association stands behind municipalities");
	}
	if (count > 0 && !check_order(reader, ASSOCIATION, key, place->associations[count - 1].key,
				 "association")) {
		return false;
	}
	if (count == GV100AD_DISTRICT_KEYS_MAX) {
		return gv100ad_fail(reader, 0, "more than %u associations in a district",
			GV100AD_DISTRICT_KEYS_MAX);
	}
	struct gv100ad_association *association = &place->associations[count];
	*association = (struct gv100ad_association){ .line = reader->line };
	memcpy(association->key, key, sizeof association->key);
	if (!add_association(reader, district, kind, association)) {
		return false;
	}
	place->n_associations++;
	return true;
}

static int by_key(const void *key, const void *association)
{
	return strcmp(key, ((const struct gv100ad_association *)association)->key);
}

/* Below which of its district's associations the municipality stands. */
static bool find_association(struct gv100ad *reader, Registry__Municipality *municipality)
{
	struct gv100ad_place *place = &reader->place;
	char *key = digits(reader, ASSOCIATION, 4, "association");
	struct gv100ad_association *found =
		key == NULL ? NULL
			    : bsearch(key, place->associations, place->n_associations,
				      sizeof place->associations[0], by_key);
	if (found == NULL) {
		return gv100ad_fail(reader, ASSOCIATION,
			"no record of the association %s stands above this one",
			key != NULL ? key : "");
	}
	found->used = true;
	municipality->association = text_copy(reader->arena, found->ars9);
	return true;
}

/* Of a municipality's people some are men: a number that says otherwise is in the wrong column. */
static bool read_numbers(struct gv100ad *reader, Registry__Municipality *municipality)
{
	uint32_t male;
	if (!number(reader, AREA, "area", &municipality->area_ha) ||
		!number(reader, POPULATION, "population", &municipality->population) ||
		!number(reader, MALE, "male population", &male)) {
		return false;
	}
	if (male > municipality->population) {
		return gv100ad_fail(
			reader, MALE, "%u men of %u people", male, municipality->population);
	}
	municipality->postcode = gv100ad_text(reader, POSTCODE, POSTCODE + POSTCODE_LEN - 1);
	if (!is_digits(municipality->postcode, POSTCODE_LEN) &&
		(municipality->postcode[0] != '\0' || municipality->population > 0)) {
		return gv100ad_fail(reader, POSTCODE, "the postcode has 5 digits, here \"%s\"",
			municipality->postcode);
	}
	return true;
}

/* Name and code first, so that the error of a line that is shifted names its first wrong column. */
static bool add_municipality(struct gv100ad *reader, const char *district, const char *key)
{
	const struct gv100ad_place *place = &reader->place;
	Registry__Municipality *municipality = NEW(reader->arena, Registry__Municipality);
	unsigned long kind;
	registry__municipality__init(municipality);
	municipality->official_name = name(reader);
	if (municipality->official_name == NULL || !code(reader, 60, 67, &kind) ||
		!find_association(reader, municipality) || !read_numbers(reader, municipality)) {
		return false;
	}
	municipality->name = without_titles(reader->arena, municipality->official_name);
	municipality->ags8 = text_format(reader->arena, "%s%s", district, key);
	municipality->district = text_copy(reader->arena, place->is_nowhere ? "" : district);
	if (place->is_nowhere && kind != UNINHABITED) {
		return gv100ad_fail(
			reader, CODE, "%s lies in no district", municipality->official_name);
	}
	municipality->kind = (Registry__MunicipalityKind)kind;
	reflect_append(reader->arena, &reader->request->base, "municipalities", municipality);
	return true;
}

/* Municipalities of a district are in the order of their own number, whatever association they
 * have: they are looked up among those that stand above. */
static bool read_municipality(struct gv100ad *reader)
{
	struct gv100ad_place *place = &reader->place;
	char *district = digits(reader, LAND, 5, "district");
	char *key = digits(reader, MUNICIPALITY, 3, "municipality");
	if (district == NULL || key == NULL || !check_district(reader, district) ||
		!check_order(reader, MUNICIPALITY, key, place->municipality, "municipality")) {
		return false;
	}
	if (reader->request->n_municipalities == GV100AD_MUNICIPALITIES_MAX) {
		return gv100ad_fail(
			reader, 0, "more than %u municipalities", GV100AD_MUNICIPALITIES_MAX);
	}
	memcpy(place->municipality, key, sizeof place->municipality);
	place->n_municipalities++;
	return add_municipality(reader, district, key);
}

/* To add one: the layout's record type, and a function that reads it. */
static const struct record {
	const char *type;
	bool (*read)(struct gv100ad *reader);
} RECORDS[] = {
	{ "10", read_land },
	{ "20", read_region },
	{ "30", read_sub_region },
	{ "40", read_district },
	{ "50", read_association },
	{ "60", read_municipality },
};

/* The status date is checked for every type alike, before anything else of the record is believed.
 */
bool gv100ad_record(struct gv100ad *reader)
{
	char *type = gv100ad_text(reader, 1, 2);
	for (size_t i = 0; i < sizeof RECORDS / sizeof RECORDS[0]; i++) {
		if (strcmp(type, RECORDS[i].type) == 0) {
			return check_status(reader) && RECORDS[i].read(reader);
		}
	}
	return gv100ad_fail(reader, 1, "there is no record type \"%s\"", type);
}
