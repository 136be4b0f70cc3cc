#include "ingest/zip_archive.h"

#include <zip.h>

#include "ingest/problems.h"

namespace monitora::ingest {
namespace {

constexpr zip_int64_t kMaxMembers = 20'000;
constexpr std::uint64_t kMaxMember = 128u << 20;
constexpr std::uint64_t kMaxTotal = 256u << 20;  // read, of one document
// Deflate reaches about 1,000; real sheets of one repeated row reach about 100.
constexpr std::uint64_t kMaxRatio = 250;
constexpr std::uint64_t kRatioMatters = 4u << 20;

}  // namespace

struct ZipArchive::State {
  zip_t* archive = nullptr;
  FileType type = FileType::docx;
  std::uint64_t left = kMaxTotal;
  ~State() {
    if (archive) zip_discard(archive);
  }
};

ZipArchive::ZipArchive(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;
ZipArchive::~ZipArchive() = default;

Result<ZipArchive> ZipArchive::open(std::string_view bytes, FileType type) {
  auto state = std::make_unique<State>();
  state->type = type;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source) state->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!state->archive) {
    if (source) zip_source_free(source);
    return problem(Problem::damaged_file, type, "zip: " + reason);
  }
  if (zip_get_num_entries(state->archive, 0) > kMaxMembers) {
    return problem(Problem::file_too_complex, type, "zip members");
  }
  return ZipArchive(std::move(state));
}

bool ZipArchive::has(const std::string& name) const {
  return zip_name_locate(state_->archive, name.c_str(), ZIP_FL_ENC_RAW) >= 0;
}

Result<std::optional<std::string>> ZipArchive::read(const std::string& name) {
  const zip_int64_t index = zip_name_locate(state_->archive, name.c_str(), ZIP_FL_ENC_RAW);
  if (index < 0) return std::optional<std::string>();
  zip_stat_t stat;
  if (zip_stat_index(state_->archive, static_cast<zip_uint64_t>(index), 0, &stat) != 0) {
    return problem(Problem::damaged_file, state_->type, "zip directory");
  }
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
    return problem(Problem::encrypted_file, state_->type);
  }
  if (stat.size > kMaxMember || stat.size > state_->left ||
      (stat.size > kRatioMatters && stat.size / kMaxRatio > stat.comp_size)) {
    return problem(Problem::file_too_complex, state_->type, "zip bomb");
  }
  zip_file_t* file = zip_fopen_index(state_->archive, static_cast<zip_uint64_t>(index), 0);
  if (!file) return problem(Problem::damaged_file, state_->type, "zip member");
  std::string bytes(stat.size, '\0');
  zip_uint64_t filled = 0;
  zip_int64_t got = 0;
  while (filled < stat.size &&
         (got = zip_fread(file, bytes.data() + filled, stat.size - filled)) > 0) {
    filled += static_cast<zip_uint64_t>(got);
  }
  char more = 0;  // reading to the end makes libzip compare the checksum
  const bool whole = filled == stat.size && zip_fread(file, &more, 1) == 0;
  zip_fclose(file);
  if (!whole) return problem(Problem::damaged_file, state_->type, "zip member " + name);
  state_->left -= stat.size;
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace monitora::ingest
