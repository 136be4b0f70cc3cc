#include "http/multipart.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/id.h"
#include "http/upload.h"

namespace monitora::http {
namespace {

// Writes down what it is given: "name(filename)=data;" a part.
class Heard final : public MultipartParser::Parts {
 public:
  Status begin(const MultipartParser::PartHead& head) override {
    text += head.name + (head.has_filename ? "(" + head.filename + ")" : "") + "=";
    return {};
  }
  Status data(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  Status end() override {
    text += ";";
    return {};
  }
  std::string text;
};

// What comes out when the bytes come `step` at a time; the error's key otherwise.
std::string parts(std::string_view bytes, std::size_t step) {
  Heard heard;
  MultipartParser parser("XX", heard);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (const Status status = parser.feed(bytes.substr(at, step)); !status.ok())
      return status.key();
  }
  const Status status = parser.finish();
  return status.ok() ? heard.text : status.key();
}

std::string form_data(std::string_view rest) {
  return "Content-Disposition: form-data; " + std::string(rest);
}

TEST(Multipart, PartsHoweverTheBytesAreCut) {
  const std::string body =
      "preamble\r\n--XX\r\n" + form_data("name=\"a\"") +
      "\r\n\r\none\r\n--X not yet\r\n--XX  \r\n" + "content-type: text/plain\r\n" +
      form_data("name=file; filename=\"b;c.txt\"") + "\r\n\r\n\r\n-\r\n--\r\n--X\r\n\r\n--XX\r\n" +
      form_data("name=\"empty\"; filename=\"\"") + "\r\n\r\n\r\n--XX\r\n" + form_data("name=none") +
      "\r\n\r\n--XX--\r\nepilogue";
  for (std::size_t step = 1; step <= body.size(); ++step) {
    ASSERT_EQ(parts(body, step),
              "a=one\r\n--X not yet;file(b;c.txt)=\r\n-\r\n--\r\n--X\r\n;empty()=;none=;")
        << step;
  }
}

TEST(Multipart, NamesOfFiles) {
  const auto name = [](std::string_view disposition) {
    const std::string text =
        parts("--XX\r\n" + form_data(disposition) + "\r\n\r\n\r\n--XX--", 1000);
    return text.substr(0, text.size() - 2);
  };
  EXPECT_EQ(name("name=f; filename=\"C:\\docs\\x.pdf\""), "f(C:\\docs\\x.pdf)");
  EXPECT_EQ(name("name=f; filename=\"a\\\"b\\\\c\""), "f(a\"b\\c)");
  EXPECT_EQ(name("filename=x.txt; name=f"), "f(x.txt)");
  EXPECT_EQ(name("name=f; filename=\"x\"; filename*=UTF-8''%e2%82%ac%20rate"), "f(€ rate)");
  EXPECT_EQ(name("name=f; filename=\"x\"; filename*=latin1''%e9"), "f(x)");
  EXPECT_EQ(name("name=f; filename=\"\xe9\""), "f(\uFFFD)");
  EXPECT_EQ(name("name=f; filename=\"unclosed"), "f(unclosed)");
}

TEST(Multipart, Malformed) {
  const std::string part = "--XX\r\n" + form_data("name=a") + "\r\n\r\nb";
  for (const std::string& body :
       {std::string(), std::string("no boundary"), part, part + "\r\n--XX", part + "\r\n--XXY\r\n",
        std::string("--XX\r\nno header line\r\n\r\nx\r\n--XX--"),
        std::string("--XX\r\n\r\nx\r\n--XX--"), "--XX\r\nX: " + std::string(9000, 'a'),
        std::string(70'000, 'a') + part + "\r\n--XX--", "--XX" + std::string(500, ' ') + "\r\n"}) {
    EXPECT_EQ(parts(body, 1), "malformed_multipart") << body.substr(0, 60);
    EXPECT_EQ(parts(body, 100'000), "malformed_multipart") << body.substr(0, 60);
  }
}

TEST(Multipart, BoundariesOfContentTypes) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\""), "a b");
  EXPECT_EQ(multipart_boundary("multipart/form-data"), "");
  EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=abc"), "");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')), "");
}

class UploadTest : public ::testing::Test {
 protected:
  UploadTest() { std::filesystem::create_directory(directory_); }
  ~UploadTest() override { std::filesystem::remove_all(directory_); }

  std::shared_ptr<Upload> start() {
    auto upload = Upload::start("multipart/form-data; boundary=XX", {directory_, 10, 2});
    EXPECT_TRUE(upload.ok());
    return *upload;
  }
  static std::string file(std::string_view name, std::string_view bytes) {
    return "--XX\r\n" + form_data("name=file; filename=\"" + std::string(name) + "\"") +
           "\r\n\r\n" + std::string(bytes) + "\r\n";
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("upload-test-" + Uuid::random().to_string());
};

TEST_F(UploadTest, FilesAreOnDiskUntilTheUploadEnds) {
  auto upload = start();
  ASSERT_TRUE(
      upload->feed(file("a.txt", "0123456789") + file("../../b", "01234567890") + "--XX--").ok());
  ASSERT_TRUE(upload->finish().ok());
  const auto files = upload->files();
  ASSERT_EQ(files.size(), 2u);
  std::ifstream in(files[0].path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "0123456789");
  EXPECT_EQ(files[0].size, 10);
  EXPECT_EQ(files[1].filename, "../../b");
  EXPECT_TRUE(files[1].too_large);
  EXPECT_TRUE(files[1].path.empty());
  upload = nullptr;
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(UploadTest, AnUploadThatIsAbandonedLeavesNothing) {
  auto upload = start();
  ASSERT_TRUE(upload->feed("--XX\r\n" + form_data("name=file; filename=a") + "\r\n\r\nabc").ok());
  EXPECT_FALSE(std::filesystem::is_empty(directory_));
  upload = nullptr;
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(UploadTest, LimitsAndErrors) {
  EXPECT_EQ(start()->feed(file("a", "1") + file("b", "2") + file("c", "3")).key(),
            "too_many_files");
  auto upload = start();
  std::filesystem::remove_all(directory_);
  EXPECT_EQ(upload->feed(file("a", "1")).code(), Code::internal);
  EXPECT_EQ(Upload::start("application/json", {directory_, 1, 1}).status().code(),
            Code::unsupported_type);
}

}  // namespace
}  // namespace monitora::http
