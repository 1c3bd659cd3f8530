/* What the generator can make; each function is one mode of the program and writes whole files. */
#ifndef ASSKOMM_GENERATE_MODES_H
#define ASSKOMM_GENERATE_MODES_H

#include "generate/model.h"

/* tables.gen.c: what common/core/tables.h declares. */
void tables_write(const struct model *model, const char *path);

/* openapi.json (3.1) of the API in that version. */
void openapi_write(const struct model *model, const char *path, const char *version);

/* The same for people: one HTML page that needs nothing else, with the style sheet inside it. */
void docs_write(
	const struct model *model, const char *path, const char *version, const char *style);

/* What both open with. */
extern const char API_TITLE[], API_DESCRIPTION[];

/* STATEMENTS of common/runtime/statement.h from .sql files, sorted by name. Paths, also those of
 * "-- include" lines, are relative to the working folder. A file that another one includes is a
 * fragment and no statement of its own. */
void sql_write(const char *path, size_t n_files, char **files);

/* MIGRATIONS of common/runtime/statement.h from arguments "<schema>=<folder>", in their order and
 * inside a folder by name. A folder that does not exist is empty. */
void schema_write(const char *path, size_t n_folders, char **folders);

/* For each argument "NAME=file": const char NAME[] with the bytes and a NUL, and NAME_LEN. */
void embed_write(const char *path, size_t n_files, char **files);

#endif
