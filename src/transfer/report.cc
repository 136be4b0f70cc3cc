#include "transfer/report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "transfer/report_words.h"

namespace monitora::transfer {
namespace {

Status not_written(const std::filesystem::path& file, int error) {
  return Status(Code::unavailable, "report_not_written",
                {fmt::format("Le rapport {} n'a pas pu être écrit : {}.", file.string(),
                             std::strerror(error)),
                 fmt::format("The report {} could not be written: {}.", file.string(),
                             std::strerror(error))});
}

// Under another name first: whoever looks finds the whole file, or the one before.
Status write_whole(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path part = file.string() + ".part";
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return not_written(file, errno);
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written >= 0)
      content.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  ::close(descriptor);
  if (error == 0 && ::rename(part.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(part.c_str());
  return not_written(file, error);
}

}  // namespace

bool differs(const Report& report) {
  return report.validation && report.validation->difference_count > 0;
}

Status write_report(const Report& report, const std::filesystem::path& directory,
                    std::string_view language) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return not_written(directory, error.value());
  MONITORA_TRY(write_whole(directory / "report.json", to_json(report) + "\n"));
  return write_whole(directory / "report.html", to_html(report, language));
}

std::string Words::number(std::int64_t value) const {
  std::string digits = fmt::format("{}", value);
  const std::string_view gap = french_ ? "\u202f" : ",";
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, gap);
  }
  return digits;
}

std::string Words::figure(const std::string& text) const {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? number(value) : text;
}

std::string Words::bytes(std::int64_t value) const {
  const char* const units[] = {(*this)("o", "B"), (*this)("ko", "kB"), (*this)("Mo", "MB"),
                               (*this)("Go", "GB"), (*this)("To", "TB")};
  double shown = static_cast<double>(value);
  std::size_t unit = 0;
  for (; shown >= 1000 && unit < 4; ++unit) shown /= 1000;
  std::string text = fmt::format("{:.{}f}", shown, unit == 0 ? 0 : 1);
  if (french_)
    if (const auto point = text.find('.'); point != std::string::npos) text[point] = ',';
  return text + "\u00a0" + units[unit];
}

std::string Words::time(Time time) const {
  const std::string text = format_time(time);
  return text.substr(0, 10) + " " + text.substr(11, 8) + " UTC";
}

std::string Words::duration(Time from, Time to) const {
  const double seconds = std::chrono::duration<double>(to - from).count();
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole >= 3600)
    return fmt::format("{}\u00a0h\u00a0{:02}\u00a0min", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}\u00a0min\u00a0{:02}\u00a0s", whole / 60, whole % 60);
  std::string text = fmt::format("{:.1f}", seconds);
  if (french_) text[text.find('.')] = ',';
  return text + "\u00a0s";
}

std::string Words::kind(std::string_view kind) const {
  if (kind == "missing_row") return (*this)("ligne absente", "missing row");
  if (kind == "extra_row") return (*this)("ligne en trop", "extra row");
  if (kind == "duplicate_row") return (*this)("ligne en double", "duplicate row");
  if (kind == "value") return (*this)("valeur", "value");
  if (kind == "structure") return (*this)("structure", "structure");
  if (kind == "constraint") return (*this)("contrainte", "constraint");
  if (kind == "figure") return (*this)("indicateur", "figure");
  return std::string(kind);
}

std::string Words::differences(std::int64_t count, bool at_least) const {
  if (count == 0) return (*this)("aucune différence", "no difference");
  return fmt::format(
      "{}{} {}", at_least ? (*this)("au moins ", "at least ") : "", number(count),
      count == 1 ? (*this)("différence", "difference") : (*this)("différences", "differences"));
}

}  // namespace monitora::transfer
