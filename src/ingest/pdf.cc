// PDF, through poppler's pdftotext (a program, not a library): it gives the words of each page with
// their places, and pdf_layout.h puts them in order.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <pugixml.hpp>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/isolation.h"
#include "ingest/pdf_layout.h"
#include "ingest/problems.h"
#include "ingest/sections.h"

namespace monitora::ingest {
namespace {

constexpr std::size_t kMaxMessages = 16'384;
constexpr std::size_t kMaxPageBytes = 64u << 20;

// pdftotext on descriptor 0. This process has one thread, so that fork is safe here.
class PdfToText {
 public:
  ~PdfToText() {
    if (output_ >= 0) close(output_);
    if (messages_fd_ >= 0) close(messages_fd_);
  }
  bool start(const char* program);
  // More of its output; false at the end.
  bool read_more(std::string& into);
  int wait();
  const std::string& messages() const { return messages_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int messages_fd_ = -1;
  std::string messages_;
};

bool PdfToText::start(const char* program) {
  int output[2];
  int messages[2];
  if (pipe2(output, O_CLOEXEC) != 0 || pipe2(messages, O_CLOEXEC) != 0) return false;
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output[1], STDOUT_FILENO);
    dup2(messages[1], STDERR_FILENO);
    forbid_new_processes();
    execl(program, "pdftotext", "-bbox", "-enc", "UTF-8", "-", "-", nullptr);
    _exit(127);
  }
  close(output[1]);
  close(messages[1]);
  output_ = output[0];
  messages_fd_ = messages[0];
  return pid_ > 0;
}

bool PdfToText::read_more(std::string& into) {
  std::array<char, 65'536> piece;
  while (output_ >= 0 || messages_fd_ >= 0) {
    std::array<pollfd, 2> fds = {pollfd{output_, POLLIN, 0}, pollfd{messages_fd_, POLLIN, 0}};
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return false;
    if (fds[1].revents) {
      const ssize_t got = read(messages_fd_, piece.data(), piece.size());
      if (got > 0 && messages_.size() < kMaxMessages)
        messages_.append(piece.data(), static_cast<std::size_t>(got));
      if (got <= 0) {
        close(messages_fd_);
        messages_fd_ = -1;
      }
    }
    if (fds[0].revents) {
      const ssize_t got = read(output_, piece.data(), piece.size());
      if (got > 0) {
        into.append(piece.data(), static_cast<std::size_t>(got));
        return true;
      }
      close(output_);
      output_ = -1;
    }
  }
  return false;
}

int PdfToText::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::vector<Word> read_words(const pugi::xml_node& page) {
  std::vector<Word> words;
  for (const pugi::xml_node& node : page.children("word")) {
    Word word{node.attribute("xMin").as_double(), node.attribute("yMin").as_double(),
              node.attribute("xMax").as_double(), node.attribute("yMax").as_double(),
              expand_ligatures(node.text().get())};
    if (!is_blank(word.text) && word.bottom > word.top) words.push_back(std::move(word));
  }
  return words;
}

// Programs put a file's name or their own into the title; those help nobody.
std::string useful_title(std::string_view title) {
  const bool file = title.size() > 4 && title.find_last_of('.') + 6 > title.size() &&
                    title.find(". ") == std::string_view::npos;
  return file || title.starts_with("Microsoft ") || title == "untitled" ? std::string()
                                                                        : std::string(title);
}

using Pages = std::vector<std::vector<Paragraph>>;

// Takes the whole pages off the front of `buffer`.
Status take_pages(std::string& buffer, Pages& pages, std::string& title, std::uint64_t& left) {
  constexpr std::string_view kEnd = "</page>";
  std::size_t done = 0;
  for (std::size_t end = buffer.find(kEnd); end != std::string::npos;
       end = buffer.find(kEnd, done)) {
    const std::size_t start = buffer.find("<page", done);
    if (pages.empty()) {
      const std::size_t from = buffer.find("<title>");
      const std::size_t to = buffer.find("</title>");
      if (from < to && to < start) title = useful_title(buffer.substr(from + 7, to - from - 7));
    }
    if (start < end) {
      pugi::xml_document page;
      if (!page.load_buffer(buffer.data() + start, end + kEnd.size() - start)) {
        return problem(Problem::damaged_file, FileType::pdf, "pdftotext's output");
      }
      pages.push_back(lay_out(read_words(page.first_child())));
      for (const Paragraph& paragraph : pages.back()) {
        if (paragraph.text.size() > left)
          return problem(Problem::file_too_complex, FileType::pdf, "text limit");
        left -= paragraph.text.size();
      }
    }
    done = end + kEnd.size();
  }
  buffer.erase(0, done);
  if (buffer.size() > kMaxPageBytes)
    return problem(Problem::file_too_complex, FileType::pdf, "page size");
  return {};
}

Status judge(int status, const std::string& messages, std::size_t pages) {
  const auto said = [&](std::string_view text) { return messages.find(text) != std::string::npos; };
  if (WIFSIGNALED(status)) {
    const bool limit =
        WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU || said("Out of memory");
    return problem(limit ? Problem::file_too_complex : Problem::damaged_file, FileType::pdf,
                   "pdftotext ended by a signal");
  }
  const int code = WEXITSTATUS(status);
  if (code == 127) return Status::internal("pdftotext is not installed");
  if (said("Out of memory") || said("bad_alloc"))
    return problem(Problem::file_too_complex, FileType::pdf, "pdftotext memory");
  // 3: the author forbids copying, which is asked for with a password too.
  if (said("Incorrect password") || code == 3)
    return problem(Problem::encrypted_file, FileType::pdf);
  // Without its table of contents poppler finds what it can: a part would pass for the whole.
  const bool cut = said("Couldn't find trailer dictionary") || said("Couldn't read xref table");
  if (code != 0 || pages == 0 || cut)
    return problem(Problem::damaged_file, FileType::pdf, std::string(utf8_prefix(messages, 500)));
  return {};
}

// The height of most letters: what is clearly larger is a heading.
double body_height(const Pages& pages) {
  std::vector<std::pair<double, std::size_t>> heights;
  std::size_t total = 0;
  for (const auto& page : pages) {
    for (const Paragraph& paragraph : page) {
      heights.emplace_back(paragraph.height, paragraph.text.size());
      total += paragraph.text.size();
    }
  }
  std::sort(heights.begin(), heights.end());
  std::size_t seen = 0;
  for (const auto& [height, size] : heights) {
    seen += size;
    if (2 * seen >= total) return height;
  }
  return 0;
}

int heading_level(const Paragraph& paragraph, double body) {
  if (paragraph.is_table || body <= 0 || count_characters(paragraph.text) > 150) return 0;
  const double ratio = paragraph.height / body;
  return ratio >= 1.7 ? 1 : ratio >= 1.35 ? 2 : ratio >= 1.15 ? 3 : 0;
}

}  // namespace

Result<ExtractedText> extract_pdf(const TextLimits& limits, const char* program) {
  PdfToText reader;
  if (!reader.start(program)) return Status::internal("cannot start pdftotext");
  Pages pages;
  std::string title;
  std::string buffer;
  std::uint64_t left = limits.output_bytes;
  while (reader.read_more(buffer)) MONITORA_TRY(take_pages(buffer, pages, title, left));
  MONITORA_TRY(judge(reader.wait(), reader.messages(), pages.size()));

  const double body = body_height(pages);
  SectionBuilder out(FileType::pdf, limits);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    out.page(static_cast<int>(i) + 1, SectionBuilder::Headings::keep);
    for (const Paragraph& paragraph : pages[i]) {
      if (const int level = heading_level(paragraph, body))
        out.heading(level, paragraph.text);
      else
        out.paragraph(paragraph.text);
    }
  }
  return out.finish(title);
}

}  // namespace monitora::ingest
