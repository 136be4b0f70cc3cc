// For the tests of this room: files made on the spot.
#pragma once

#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "domain/passage.h"
#include "ingest/file_type.h"

namespace monitora::ingest {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file that goes with the object.
class TempFile {
 public:
  explicit TempFile(const std::string& bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "monitora-XXXXXX").string();
    const int fd = mkstemp(name.data());
    close(fd);
    path_ = name;
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TempFile() { std::filesystem::remove(path_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string make_zip(const std::map<std::string, std::string>& members) {
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [name, bytes] : members) {
    zip_source_t* member = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    zip_file_add(archive, name.c_str(), member, ZIP_FL_OVERWRITE);
  }
  zip_close(archive);
  zip_source_open(source);
  std::string out;
  char piece[65'536];
  for (zip_int64_t got; (got = zip_source_read(source, piece, sizeof piece)) > 0;) {
    out.append(piece, static_cast<std::size_t>(got));
  }
  zip_source_close(source);
  zip_source_free(source);
  return out;
}

// The members that every Office file has, with `main` as its main part.
inline std::map<std::string, std::string> office_members(const std::string& main,
                                                         const std::string& xml) {
  return {{"[Content_Types].xml", "<Types/>"},
          {"_rels/.rels",
           "<Relationships><Relationship Id='r1' Type='http://x/officeDocument' Target='" + main +
               "'/></Relationships>"},
          {main, xml}};
}

inline std::string make_docx(const std::string& body) {
  return make_zip(office_members(
      "word/document.xml", "<w:document xmlns:w='w'><w:body>" + body + "</w:body></w:document>"));
}

// A PDF of the given objects, the first being number 1 and the catalogue.
inline std::string make_pdf(const std::vector<std::string>& objects) {
  std::string out = "%PDF-1.4\n";
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    offsets.push_back(out.size());
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::size_t table = out.size();
  out += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (std::size_t offset : offsets) {
    std::string digits = std::to_string(offset);
    out += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
  }
  return out + "trailer\n<< /Size " + std::to_string(objects.size() + 1) +
         " /Root 1 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

inline std::string pdf_stream(const std::string& dictionary, const std::string& content) {
  return "<< " + dictionary + " /Length " + std::to_string(content.size()) + " >>\nstream\n" +
         content + "\nendstream";
}

inline std::string all_text(const ExtractedText& text) {
  std::string all;
  for (const TextBlock& block : text.blocks) all += block.text + "\n\n";
  return all;
}

inline Result<FileType> type_of_bytes(const std::string& bytes, const std::string& name) {
  return detect_file_type(
      bytes.size(),
      [&](std::uint64_t offset, std::size_t size) {
        return offset >= bytes.size() ? std::string()
                                      : bytes.substr(static_cast<std::size_t>(offset), size);
      },
      name);
}

}  // namespace monitora::ingest
