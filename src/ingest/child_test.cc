// The walls around the reading of a document, and what each kind of hostile file costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "base/deadline.h"
#include "ingest/child_extractor.h"
#include "ingest/child_process.h"
#include "ingest/test_support.h"

namespace monitora::ingest {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 60s;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#endif

Result<ChildRun> run(const std::string& mode, std::chrono::milliseconds wall = kLong,
                     std::uint64_t output = 1u << 20) {
  static const TempFile input("input");
  return run_child("/proc/self/exe", {mode}, input.path(), wall, output);
}

ExtractorOptions quick() {
  ExtractorOptions options;
  options.cpu_seconds = 1;
  return options;
}

std::string key_of(const std::string& bytes, const std::string& name,
                   ExtractorOptions options = {}) {
  const TempFile file(bytes);
  const auto extractor = make_child_extractor(std::move(options));
  const Result<ExtractedText> text = extractor->extract(file.path(), name);
  return text.ok() ? "text" : text.status().key();
}

TEST(Isolation, RefusesWhatATakenOverParserWouldTry) {
  const auto probe = run("probe");
  ASSERT_TRUE(probe.ok()) << probe.status().to_string();
  for (const char* act : {"socket", "local socket", "write file", "delete file", "signal parent",
                          "leave group", "any file", "fork", "exec"}) {
    EXPECT_NE(probe->output.find(std::string("\n") + act + " refused\n"), std::string::npos)
        << act << "\n"
        << probe->output;
  }
  EXPECT_FALSE(std::filesystem::exists("/tmp/monitora-must-not-exist"));
  const int flags = std::atoi(probe->output.c_str() + std::string("isolation ").size());
  if (flags & 4) {
    EXPECT_NE(probe->output.find("read password file refused"), std::string::npos) << probe->output;
  }
  EXPECT_NE(probe->output.find("read font done"), std::string::npos) << probe->output;
}

TEST(Isolation, GivesNoEnvironmentAndNoOpenFiles) {
  setenv("MONITORA_TEST_SECRET", "x", 1);
  const auto child = run("environment");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->code, 0);
}

TEST(Isolation, LimitsMemory) {
  if (kSanitized) GTEST_SKIP() << "sanitizers reserve terabytes of addresses";
  const auto child = run("eat-memory");
  ASSERT_TRUE(child.ok());
  ASSERT_EQ(child->end, ChildRun::End::exited);
  EXPECT_LT(std::atoi(child->output.c_str()), 65);
}

TEST(Isolation, LimitsCpuTime) {
  const auto child = run("spin-limited");
  ASSERT_TRUE(child.ok());
  ASSERT_EQ(child->end, ChildRun::End::signalled);
  EXPECT_TRUE(child->code == SIGKILL || child->code == SIGXCPU) << child->code;
}

TEST(Isolation, EndsWithItsParent) {
  const auto child = run("orphan", 20s);
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->end, ChildRun::End::exited);
}

TEST(ChildProcess, IsKilledAtTheWallLimitWithAllItStarted) {
  const auto child = run("family", 500ms);
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->end, ChildRun::End::wall_limit);
  // The kill is sent to the whole group; the grandchild's own end is seen a moment later.
  const std::string grandchild =
      "/proc/" + std::to_string(std::atoi(child->output.c_str())) + "/stat";
  const auto alive = [&] {
    const std::string stat = read_file(grandchild);
    return !stat.empty() && stat.find(") Z") == std::string::npos;
  };
  const auto limit = std::chrono::steady_clock::now() + 30s;
  while (alive() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  EXPECT_FALSE(alive());
}

TEST(ChildProcess, IsKilledWhenItWritesTooMuch) {
  const auto child = run("flood", kLong, 100'000);
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->end, ChildRun::End::output_limit);
}

TEST(ChildProcess, HonoursTheCallersDeadlineAndCancellation) {
  {
    const ScopedDeadline deadline(Deadline::in(200ms));
    EXPECT_EQ(run("spin").status().code(), Code::deadline_exceeded);
  }
  std::stop_source stop;
  std::jthread canceller([&] { stop.request_stop(); });
  const ScopedDeadline deadline(Deadline::in(kLong, stop.get_token()));
  EXPECT_EQ(run("spin").status().code(), Code::cancelled);
}

TEST(ChildProcess, SaysThatItCannotStart) {
  const TempFile input("x");
  EXPECT_EQ(run_child("/nonexistent", {}, input.path(), 1s, 10).status().code(), Code::internal);
  EXPECT_EQ(run_child("/bin/true", {}, "/nonexistent", 1s, 10).status().code(), Code::not_found);
}

TEST(ChildExtractor, ReadsTheCorpus) {
  const auto extractor = make_child_extractor();
  std::size_t documents = 0;
  for (const auto& entry : std::filesystem::directory_iterator("examples")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name == "README.md" || name == "questions.json") continue;
    const auto text = extractor->extract(entry.path(), name);
    ASSERT_TRUE(text.ok()) << name << ": " << text.status().to_string();
    EXPECT_GT(all_text(*text).size(), 400u) << name;
    ++documents;
  }
  EXPECT_GE(documents, 14u);
}

// What the questions of the corpus expect stands in the documents that they name.
TEST(ChildExtractor, TheCorpusAnswersItsQuestions) {
  const auto extractor = make_child_extractor();
  std::map<std::string, std::string> texts;
  std::size_t answerable = 0;
  const boost::json::value questions = boost::json::parse(read_file("examples/questions.json"));
  for (const boost::json::value& question : questions.as_array()) {
    answerable += question.at("answerable").as_bool();
    for (const boost::json::value& source : question.at("sources").as_array()) {
      const std::string name(source.as_string());
      if (!texts.contains(name)) {
        const auto text = extractor->extract("examples/" + name, name);
        ASSERT_TRUE(text.ok()) << name << ": " << text.status().to_string();
        texts[name] = all_text(*text);
      }
      for (const boost::json::value& wordings : question.at("expected").as_array()) {
        const auto& any = wordings.as_array();
        EXPECT_TRUE(std::any_of(any.begin(), any.end(),
                                [&](const boost::json::value& wording) {
                                  return texts[name].find(std::string_view(wording.as_string())) !=
                                         std::string::npos;
                                }))
            << name << ": " << question.at("question").as_string();
      }
    }
  }
  EXPECT_EQ(questions.as_array().size(), 30u);
  EXPECT_EQ(answerable, 25u);
}

TEST(ChildExtractor, ServesManyThreads) {
  const auto extractor = make_child_extractor();
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const TempFile file("Texte du fil numéro " + std::to_string(i) + ".");
      for (int turn = 0; turn < 5; ++turn) {
        const auto text = extractor->extract(file.path(), "a.txt");
        right +=
            text.ok() && all_text(*text).find("numéro " + std::to_string(i)) != std::string::npos;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 20);
}

TEST(HostileFiles, EachGetsItsOwnError) {
  EXPECT_EQ(key_of("", "vide.pdf"), "empty_file");
  EXPECT_EQ(key_of(" \n\t\r\n", "blancs.txt"), "empty_file");
  EXPECT_EQ(key_of(read_file("src/ingest/testdata/encrypted.pdf"), "a.pdf"), "encrypted_file");
  EXPECT_EQ(key_of(read_file("src/ingest/testdata/encrypted.docx"), "a.docx"), "encrypted_file");
  const std::string pdf = read_file("examples/returns.pdf");
  EXPECT_EQ(key_of(pdf.substr(0, pdf.size() / 2), "coupé.pdf"), "damaged_file");
  EXPECT_EQ(key_of("%PDF-1.7\nnothing", "faux.pdf"), "damaged_file");
  const std::string docx = read_file("examples/retours-et-echanges.docx");
  EXPECT_EQ(key_of(docx.substr(0, docx.size() / 2), "coupé.docx"), "damaged_file");
  EXPECT_EQ(key_of("{\"a\": [1, 2", "coupé.json"), "damaged_file");
  EXPECT_EQ(key_of("\x89PNG\r\n\x1A\n....", "photo.txt"), "unsupported_file_type");
}

TEST(HostileFiles, AScanIsToldApart) {
  const std::string scan =
      make_pdf({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
                pdf_stream("", "0.5 g 20 20 160 160 re f")});
  const TempFile file(scan);
  const auto text = make_child_extractor()->extract(file.path(), "scan.pdf");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.status().key(), "no_text");
  EXPECT_NE(text.status().sentence().fr.find("OCR"), std::string::npos);
}

// Each form draws the next one twenty times: 20^8 drawings in a kilobyte.
TEST(HostileFiles, APdfThatSpinsIsStopped) {
  std::vector<std::string> objects = {
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << "
      "/XObject << /F 5 0 R >> >> >>",
      pdf_stream("", "/F Do")};
  std::string twenty;
  for (int i = 0; i < 20; ++i) twenty += "/F Do ";
  for (int next = 6; next <= 13; ++next) {
    objects.push_back(
        pdf_stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F " +
                       std::to_string(next) + " 0 R >> >>",
                   twenty));
  }
  objects.push_back(pdf_stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 1 1 re f"));
  EXPECT_EQ(key_of(make_pdf(objects), "a.pdf", quick()), "file_too_complex");
}

TEST(HostileFiles, BombsAndNestingAreTooComplex) {
  auto members = office_members("word/document.xml", std::string(40u << 20, ' '));
  EXPECT_EQ(key_of(make_zip(members), "bombe.docx"), "file_too_complex");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<w:sdt>";
  EXPECT_NE(key_of(make_docx(deep), "a.docx"), "text");
  std::string closed = deep.substr(0, 7 * 300) + "x";
  for (int i = 0; i < 300; ++i) closed += "</w:sdt>";
  EXPECT_EQ(key_of(make_docx(closed), "a.docx"), "file_too_complex");
  std::string divs = "<!doctype html>";
  for (int i = 0; i < 200'000; ++i) divs += "<div>";
  EXPECT_EQ(key_of(divs + "x", "a.html", quick()), "file_too_complex");
  EXPECT_EQ(key_of(std::string(500, '[') + std::string(500, ']'), "a.json"), "file_too_complex");
  ExtractorOptions small;
  small.output_bytes = 1000;
  std::string rows;
  for (int i = 0; i < 500; ++i) rows += "a;b\n";
  EXPECT_EQ(key_of(rows, "a.csv", small), "file_too_complex");
}

TEST(HostileFiles, EntitiesAreNotRead) {
  auto members = office_members(
      "word/document.xml",
      "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><w:document xmlns:w='w'><w:body>"
      "<w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>");
  EXPECT_EQ(key_of(make_zip(members), "a.docx"), "damaged_file");
}

TEST(HostileFiles, ErrorsSpeakBothLanguages) {
  for (const char* key :
       {"src/ingest/testdata/encrypted.pdf", "src/ingest/testdata/encrypted.docx"}) {
    const Status status = make_child_extractor()->extract(key, "a").status();
    EXPECT_GT(status.sentence().fr.size(), 20u);
    EXPECT_GT(status.sentence().en.size(), 20u);
  }
}

}  // namespace
}  // namespace monitora::ingest
