// Which kind of text the beginning of a file is. Pure; the text is clean UTF-8, perhaps cut.
#pragma once

#include <string_view>

namespace monitora::ingest {

bool looks_like_html(std::string_view text);
bool looks_like_xml(std::string_view text);
// At least two records that agree on a delimiter and two columns or more, with short fields.
bool looks_like_csv(std::string_view text);
// At least two different signs of Markdown: reading plain text as Markdown would lose characters.
bool looks_like_markdown(std::string_view text);

enum class JsonLook { no, yes, truncated };
// An object or an array from its first to its last byte. `whole`: the text is not cut; a whole text
// that ends too early is `truncated`, a cut one that is right so far is `yes`.
JsonLook look_as_json(std::string_view text, bool whole);

}  // namespace monitora::ingest
