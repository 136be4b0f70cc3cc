// A visitor's name for a file, made safe to store and to show. Pure.
#pragma once

#include <string>
#include <string_view>

namespace monitora {

// Keeps the last part of a path (both slashes), drops controls, characters that turn text around
// (bidirectional overrides) and those that file systems forbid, and shortens to 200 bytes without
// cutting a character or losing the extension (columns hold 255). Never empty, never "." or "..":
// what nothing remains of becomes "document".
std::string sanitize_filename(std::string_view name);

// The extension in ASCII lower case, without the dot: "Tarifs.XLSX" → "xlsx"; "" without one.
std::string file_extension(std::string_view name);

}  // namespace monitora
