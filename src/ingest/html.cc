// Web pages: the main content's headings, paragraphs, lists and tables. Wraps gumbo.
#include <gumbo.h>

#include <array>
#include <memory_resource>
#include <new>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/problems.h"
#include "ingest/sections.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

constexpr int kMaxDepth = 400;  // Chromium flattens what is nested deeper than 512

// gumbo frees its tree recursively, which a deeply nested page turns into a stack overflow: it
// allocates from here instead, and everything goes at once.
struct Arena {
  std::pmr::monotonic_buffer_resource memory;
};

void* arena_allocate(void* arena, std::size_t size) {
  return static_cast<Arena*>(arena)->memory.allocate(size, alignof(std::max_align_t));
}
void arena_free(void*, void*) {}

bool is_one_of(GumboTag tag, std::initializer_list<GumboTag> tags) {
  for (GumboTag candidate : tags)
    if (tag == candidate) return true;
  return false;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found ? found->value : "";
}

// Not read: what a page shows around its content, or does not show.
bool is_noise(const GumboElement& element) {
  if (is_one_of(element.tag,
                {GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE,
                 GUMBO_TAG_SVG, GUMBO_TAG_IFRAME, GUMBO_TAG_NAV, GUMBO_TAG_BUTTON, GUMBO_TAG_SELECT,
                 GUMBO_TAG_TEXTAREA, GUMBO_TAG_OBJECT, GUMBO_TAG_AUDIO, GUMBO_TAG_VIDEO,
                 GUMBO_TAG_CANVAS, GUMBO_TAG_TITLE, GUMBO_TAG_HEAD})) {
    return true;
  }
  const std::string_view role = attribute(element, "role");
  return role == "navigation" || role == "search" || attribute(element, "aria-hidden") == "true" ||
         gumbo_get_attribute(&element.attributes, "hidden") != nullptr;
}

bool is_inline(GumboTag tag) {
  return is_one_of(
      tag, {GUMBO_TAG_A,    GUMBO_TAG_ABBR,  GUMBO_TAG_B,    GUMBO_TAG_BDI,    GUMBO_TAG_BDO,
            GUMBO_TAG_BIG,  GUMBO_TAG_CITE,  GUMBO_TAG_CODE, GUMBO_TAG_DEL,    GUMBO_TAG_DFN,
            GUMBO_TAG_EM,   GUMBO_TAG_FONT,  GUMBO_TAG_I,    GUMBO_TAG_IMG,    GUMBO_TAG_INS,
            GUMBO_TAG_KBD,  GUMBO_TAG_LABEL, GUMBO_TAG_MARK, GUMBO_TAG_Q,      GUMBO_TAG_S,
            GUMBO_TAG_SAMP, GUMBO_TAG_SMALL, GUMBO_TAG_SPAN, GUMBO_TAG_STRONG, GUMBO_TAG_SUB,
            GUMBO_TAG_SUP,  GUMBO_TAG_TIME,  GUMBO_TAG_TT,   GUMBO_TAG_U,      GUMBO_TAG_VAR,
            GUMBO_TAG_WBR});
}

class Page {
 public:
  explicit Page(SectionBuilder& out) : out_(out) {}

  void element(const GumboNode* node, int depth);
  void flush();
  bool too_deep() const { return too_deep_; }
  const std::string& title() const { return title_; }
  // The element that holds the page's content: <main>, or the whole body.
  static const GumboNode* find(const GumboNode* node, GumboTag tag, int depth);
  void read_title(const GumboNode* root);

 private:
  void children(const GumboNode* node, int depth);
  void text(const char* raw);
  void heading(const GumboNode* node, int level, int depth);
  void item(const GumboNode* node, int depth);
  void row(const GumboNode* node, int depth);
  void line_break();
  // What `node` says, in one piece.
  std::string gather(const GumboNode* node, int depth);

  SectionBuilder& out_;
  std::string pending_;  // inline text not yet part of a paragraph
  std::string title_;
  std::vector<int> numbers_;  // of the lists around: 0 for bullets, else the next number
  bool in_line_ = false;      // what is pending is a list's item
  bool preformatted_ = false;
  bool gathering_ = false;
  bool too_deep_ = false;
};

void Page::flush() {
  if (gathering_) {
    if (!pending_.empty() && pending_.back() != ' ') pending_ += ' ';
    return;
  }
  if (!is_blank(pending_)) {
    if (in_line_)
      out_.line(pending_);
    else
      out_.paragraph(pending_);
  }
  pending_.clear();
}

void Page::text(const char* raw) {
  if (preformatted_) {
    pending_ += raw;
    return;
  }
  for (const char* c = raw; *c; ++c) {
    const bool space = *c == ' ' || *c == '\n' || *c == '\t' || *c == '\r' || *c == '\f';
    if (!space)
      pending_ += *c;
    else if (!pending_.empty() && pending_.back() != ' ' && pending_.back() != '\n')
      pending_ += ' ';
  }
}

void Page::line_break() {
  while (!pending_.empty() && pending_.back() == ' ') pending_.pop_back();
  pending_ += gathering_ ? ' ' : '\n';
}

void Page::children(const GumboNode* node, int depth) {
  const GumboVector& list = node->v.element.children;
  for (unsigned i = 0; i < list.length && !out_.full(); ++i) {
    const auto* next = static_cast<const GumboNode*>(list.data[i]);
    if (next->type == GUMBO_NODE_ELEMENT || next->type == GUMBO_NODE_TEMPLATE)
      element(next, depth + 1);
    else if (next->type == GUMBO_NODE_TEXT || next->type == GUMBO_NODE_WHITESPACE ||
             next->type == GUMBO_NODE_CDATA)
      text(next->v.text.text);
  }
}

std::string Page::gather(const GumboNode* node, int depth) {
  std::string outer;
  outer.swap(pending_);
  const bool before = std::exchange(gathering_, true);
  children(node, depth);
  gathering_ = before;
  pending_.swap(outer);
  return outer;
}

void Page::heading(const GumboNode* node, int level, int depth) {
  flush();
  const std::string text = gather(node, depth);
  if (gathering_)
    pending_ += text + ' ';
  else
    out_.heading(level, text);
}

void Page::item(const GumboNode* node, int depth) {
  flush();
  if (gathering_) return children(node, depth);
  const bool before = std::exchange(in_line_, true);
  int* number = numbers_.empty() ? nullptr : &numbers_.back();
  pending_ = number && *number > 0 ? std::to_string((*number)++) + ". " : "- ";
  const std::string mark = pending_;
  children(node, depth);
  if (pending_ == mark) pending_.clear();
  flush();
  in_line_ = before;
}

void Page::row(const GumboNode* node, int depth) {
  flush();
  std::vector<std::string> cells;
  const GumboVector& list = node->v.element.children;
  for (unsigned i = 0; i < list.length; ++i) {
    const auto* next = static_cast<const GumboNode*>(list.data[i]);
    if (next->type == GUMBO_NODE_ELEMENT &&
        is_one_of(next->v.element.tag, {GUMBO_TAG_TD, GUMBO_TAG_TH})) {
      cells.push_back(gather(next, depth + 1));
    }
  }
  const std::string joined = join_cells(cells);
  if (gathering_)
    pending_ += joined + ' ';
  else
    out_.line(joined);
}

void Page::element(const GumboNode* node, int depth) {
  if (depth > kMaxDepth) {
    too_deep_ = true;
    return;
  }
  const GumboElement& element = node->v.element;
  if (too_deep_ || is_noise(element)) return;
  const GumboTag tag = element.tag;
  if (tag == GUMBO_TAG_BR) return line_break();
  if (is_inline(tag)) return children(node, depth);
  if (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6)
    return heading(node, tag - GUMBO_TAG_H1 + 1, depth);
  if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DD) return item(node, depth);
  if (tag == GUMBO_TAG_TR) return row(node, depth);

  flush();
  const bool list = is_one_of(tag, {GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_DL});
  const bool outermost = numbers_.empty() && !gathering_;
  if (list) {
    numbers_.push_back(tag == GUMBO_TAG_OL ? 1 : 0);
    if (outermost) out_.end_paragraph();
  }
  if (tag == GUMBO_TAG_TABLE && !gathering_) out_.end_paragraph();
  const bool pre_before = std::exchange(preformatted_, preformatted_ || tag == GUMBO_TAG_PRE);
  children(node, depth);
  flush();
  preformatted_ = pre_before;
  if (list) {
    numbers_.pop_back();
    if (outermost) out_.end_paragraph();
  }
  if (tag == GUMBO_TAG_TABLE && !gathering_) out_.end_paragraph();
}

const GumboNode* Page::find(const GumboNode* node, GumboTag tag, int depth) {
  if (node->type != GUMBO_NODE_ELEMENT || depth > kMaxDepth) return nullptr;
  if (node->v.element.tag == tag ||
      (tag == GUMBO_TAG_MAIN && attribute(node->v.element, "role") == "main"))
    return node;
  const GumboVector& list = node->v.element.children;
  for (unsigned i = 0; i < list.length; ++i) {
    if (const GumboNode* found = find(static_cast<const GumboNode*>(list.data[i]), tag, depth + 1))
      return found;
  }
  return nullptr;
}

void Page::read_title(const GumboNode* root) {
  const GumboNode* head = find(root, GUMBO_TAG_HEAD, 0);
  const GumboNode* node = head ? find(head, GUMBO_TAG_TITLE, 0) : nullptr;
  if (node) title_ = gather(node, 0);
}

// The charset that the page names in its first bytes (HTML 13.2.3.2 looks at 1,024), or "".
std::string declared_charset(std::string_view bytes) {
  const std::string head = lower(bytes.substr(0, 2048));
  const std::size_t at = head.find("charset=");
  if (at == std::string::npos) return {};
  std::size_t start = at + 8;
  while (start < head.size() && (head[start] == '"' || head[start] == '\'' || head[start] == ' '))
    ++start;
  const std::size_t end = head.find_first_of("\"' ;/>", start);
  return head.substr(start, end == std::string::npos ? std::string::npos : end - start);
}

}  // namespace

Result<ExtractedText> extract_html(std::string_view bytes, const TextLimits& limits) {
  const std::string text = decode_text_as(bytes, declared_charset(bytes));
  Arena arena;
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = arena_allocate;
  options.deallocator = arena_free;
  options.userdata = &arena;
  options.max_errors = 0;
  const GumboOutput* page = gumbo_parse_with_options(&options, text.data(), text.size());

  SectionBuilder out(FileType::html, limits);
  Page reader(out);
  reader.read_title(page->root);
  const GumboNode* content = Page::find(page->root, GUMBO_TAG_MAIN, 0);
  reader.element(content ? content : page->root, 0);
  reader.flush();
  if (reader.too_deep()) return problem(Problem::file_too_complex, FileType::html, "html depth");
  return out.finish(reader.title());
}

}  // namespace monitora::ingest
