/* Comments of the .proto files, from the source info that protoc keeps on request. They are the
 * descriptions of the API: what is written once above an rpc or behind a field is read by clients.
 */
#include "generate/model.h"
#include "generate/support.h"
#include <string.h>

/* Lines become one paragraph: a comment's line breaks are the editor's, not the reader's. */
static const char *join_lines(const char *text)
{
	char *joined = keep(strlen(text) + 1);
	size_t len = 0;
	bool at_gap = true;

	for (const char *c = text; *c; c++) {
		bool is_gap = *c == ' ' || *c == '\n' || *c == '\t';

		if (is_gap && !at_gap)
			joined[len++] = ' ';
		else if (!is_gap)
			joined[len++] = *c;
		at_gap = is_gap;
	}
	while (len > 0 && joined[len - 1] == ' ')
		joined[--len] = '\0';
	return joined;
}

/* Declarations are few, so a plain search does; only the exact path counts, not its parents. */
const char *comment_at(
	const Google__Protobuf__FileDescriptorProto *file, size_t n_path, const int32_t *path)
{
	const Google__Protobuf__SourceCodeInfo *info = file->source_code_info;

	for (size_t i = 0; info && i < info->n_location; i++) {
		const Google__Protobuf__SourceCodeInfo__Location *location = info->location[i];

		if (location->n_path != n_path ||
			memcmp(location->path, path, n_path * sizeof *path) != 0)
			continue;
		if (location->leading_comments)
			return join_lines(location->leading_comments);
		return location->trailing_comments ? join_lines(location->trailing_comments) : "";
	}
	return "";
}
