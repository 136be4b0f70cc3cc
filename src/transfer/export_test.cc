#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "transfer/export_files.h"
#include "transfer/export_manifest.h"
#include "transfer/export_rows.h"
#include "transfer/test_source.h"
#include "transfer/test_target.h"

namespace monitora::transfer {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

class Export : public ::testing::Test {
 protected:
  Export() {
    TestRows rows(1);
    for (int i = 0; i < 4; ++i) rows.user(data_);
  }
  fs::path folder() const { return directory_.path() / "export"; }
  static ExportOptions options() {
    ExportOptions options;
    options.range_bytes = 3000;
    return options;
  }
  Result<std::vector<ExportedFile>> write_export() {
    TestSource source(data_);
    return export_to(source, folder(), options());
  }

  sql::TestDirectory directory_;
  TestData data_;
};

// Every row of the source, as text.
std::vector<std::string> all_rows(Source& source) {
  std::vector<std::string> rows;
  const auto reader = source.reader();
  EXPECT_TRUE(reader.ok());
  for (const TablePlan& table : source.plan().tables) {
    const Status status = (*reader)->read(table, {}, [&](Row row) {
      std::string text(table.target->name);
      for (const sql::Param& value : row) text += " | " + shown(value);
      rows.push_back(std::move(text));
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
  }
  std::ranges::sort(rows);
  return rows;
}

TEST_F(Export, EveryRowComesBackAndIntoATarget) {
  const auto files = write_export();
  ASSERT_TRUE(files.ok()) << files.status().to_string();
  EXPECT_EQ(files->size(), tables().size());
  const auto source = open_export(folder());
  ASSERT_TRUE(source.ok()) << source.status().to_string();
  TestSource original(data_);
  EXPECT_EQ(all_rows(**source), all_rows(original));
  EXPECT_EQ((*source)->watermark(), "");
  EXPECT_EQ((*source)->plan().tables.size(), original.plan().tables.size());

  SqliteTarget target;
  LoadOptions wanted;
  const auto loaded = load(**source, target.pool(), wanted);
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
  EXPECT_EQ(*difference(target.pool(), data_), "");
}

TEST_F(Export, ARangeIsReadAlone) {
  ASSERT_TRUE(write_export().ok());
  const auto source = open_export(folder());
  ASSERT_TRUE(source.ok());
  const auto& plans = (*source)->plan().tables;
  const auto messages = std::ranges::find_if(
      plans, [](const TablePlan& plan) { return plan.target->name == "messages"; });
  const auto ranges = (*source)->ranges(*messages, 0);
  ASSERT_GT(ranges->size(), 5U);
  const auto reader = (*source)->reader();
  std::size_t rows = 0, keys = 0;
  for (const KeyRange& range : *ranges) {
    std::int64_t here = 0;
    ASSERT_TRUE((*reader)
                    ->read(*messages, {range, {}},
                           [&](Row) {
                             ++here;
                             return Status();
                           })
                    .ok());
    EXPECT_EQ(here, range.rows);
    rows += static_cast<std::size_t>(here);
    ASSERT_TRUE((*reader)
                    ->read_keys(*messages, range,
                                [&](Row row) {
                                  EXPECT_EQ(row.size(), 1U);
                                  ++keys;
                                  return Status();
                                })
                    .ok());
  }
  EXPECT_EQ(rows, data_.tables["messages"].size());
  EXPECT_EQ(keys, rows);
}

TEST_F(Export, IsForItsOwnerAloneAndIsNotWrittenOver) {
  ASSERT_TRUE(write_export().ok());
  for (const auto& entry : fs::directory_iterator(folder()))
    EXPECT_EQ(entry.status().permissions() & fs::perms::all, fs::perms(0600)) << entry.path();
  EXPECT_EQ(fs::status(folder()).permissions() & fs::perms::all, fs::perms(0700));
  EXPECT_EQ(write_export().status().key(), "export_exists");

  // One that did not come to its end begins again.
  fs::remove(folder() / "manifest.json");
  write(folder() / "messages.rows.zst.part", "half");
  EXPECT_EQ(open_export(folder()).status().key(), "no_export");
  ASSERT_TRUE(write_export().ok());
  EXPECT_FALSE(fs::exists(folder() / "messages.rows.zst.part"));
  EXPECT_TRUE(open_export(folder()).ok());
}

TEST_F(Export, TwoAtOnceAreOne) {
  fs::create_directories(folder());
  const int fd = ::open(folder().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  EXPECT_EQ(write_export().status().key(), "export_running");
  ::close(fd);
}

TEST_F(Export, OneByteOfAnyFileIsNoticedBeforeAnythingIsLoaded) {
  ASSERT_TRUE(write_export().ok());
  std::minstd_rand random(5);
  for (const auto& entry : fs::directory_iterator(folder())) {
    const std::string whole = contents(entry.path());
    for (int i = 0; i < 20; ++i) {
      std::string damaged = whole;
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
      write(entry.path(), damaged);
      const Status status = open_export(folder()).status();
      // In the manifest, the format's number is a byte too.
      EXPECT_TRUE(status.key() == "damaged_export" || status.key() == "export_version")
          << status.to_string();
      EXPECT_TRUE(status.key() != "damaged_export" ||
                  status.sentence().en.find(entry.path().filename().string()) != std::string::npos)
          << status.sentence().en;
    }
    write(entry.path(), whole.substr(0, whole.size() / 2));
    EXPECT_EQ(open_export(folder()).status().key(), "damaged_export");
    fs::rename(entry.path(), directory_.path() / "away");
    EXPECT_FALSE(open_export(folder()).ok());
    fs::rename(directory_.path() / "away", entry.path());
    write(entry.path(), whole);
  }
  EXPECT_TRUE(open_export(folder()).ok());
}

TEST_F(Export, AManifestOfAnotherRunOrVersion) {
  ASSERT_TRUE(write_export().ok());
  const auto first = open_export(folder());
  const std::string manifest = contents(folder() / kManifestFile);
  TestRows(9).user(data_);
  fs::remove(folder() / kManifestFile);
  ASSERT_TRUE(write_export().ok());
  const auto second = open_export(folder());
  EXPECT_NE((*first)->identity(), (*second)->identity());
  write(folder() / kManifestFile, manifest);
  EXPECT_EQ(open_export(folder()).status().key(), "damaged_export");

  std::string newer = manifest;
  newer.replace(newer.find("\"format\":1"), 10, "\"format\":2");
  write(folder() / kManifestFile, newer);
  EXPECT_EQ(open_export(folder()).status().key(), "export_version");
}

// While the first table is read, the second one's file becomes the device that is always full.
class FillingSource final : public Source {
 public:
  FillingSource(Source& source, fs::path file) : source_(source), file_(std::move(file)) {}
  const Plan& plan() const override { return source_.plan(); }
  std::string identity() const override { return source_.identity(); }
  std::string watermark() const override { return source_.watermark(); }
  Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t bytes) override {
    if (table.target->name == "app_users") fs::create_symlink("/dev/full", file_);
    return source_.ranges(table, bytes);
  }
  Result<std::unique_ptr<Reader>> reader() override { return source_.reader(); }

 private:
  Source& source_;
  fs::path file_;
};

TEST_F(Export, AFullDiskIsSaid) {
  TestSource source(data_);
  FillingSource filling(source, folder() / "profiles.rows.zst.part");
  const Status full = export_to(filling, folder(), options()).status();
  EXPECT_EQ(full.key(), "export_disk_full") << full.to_string();
  EXPECT_NE(full.sentence().en.find("profiles.rows.zst"), std::string::npos);
  EXPECT_EQ(open_export(folder()).status().key(), "no_export");
  ASSERT_TRUE(write_export().ok());  // with room again
}

TEST(ExportRows, HardValuesAreTheSameBits) {
  const Table& table = *find_table("messages");
  const double reals[] = {-0.0, std::numeric_limits<double>::denorm_min(),
                          std::numeric_limits<double>::max(), 0.1};
  const std::int64_t integers[] = {std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max(), 0, -1};
  const std::string texts[] = {"", " ", std::string("a\0b", 3),
                               "\xEF\xBB\xBF e\xCC\x81 \U0001F468\u200D\U0001F469"};
  for (int i = 0; i < 4; ++i) {
    const Uuid id = Uuid::random();
    const Time time(Micros(i % 2 == 0 ? -62'135'596'800'000'000 : 253'402'300'799'999'999));
    std::vector<sql::Param> row = {id,
                                   id,
                                   std::string_view("user"),
                                   std::string_view(texts[i]),
                                   nullptr,
                                   reals[i],
                                   integers[i],
                                   true,
                                   false,
                                   true,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   time};
    std::string bytes;
    append_row(bytes, row);
    RowDecoder decoder(table);
    int rows = 0;
    for (const char c : bytes)
      ASSERT_TRUE(decoder
                      .feed({&c, 1},
                            [&](Row back) {
                              ++rows;
                              EXPECT_TRUE(
                                  std::ranges::equal(back, row, [](const auto& a, const auto& b) {
                                    const auto* x = std::get_if<double>(&a);
                                    const auto* y = std::get_if<double>(&b);
                                    if (x != nullptr && y != nullptr)
                                      return *x == *y && std::signbit(*x) == std::signbit(*y);
                                    return shown(a) == shown(b);
                                  }));
                              return Status();
                            })
                      .ok());
    EXPECT_EQ(rows, 1);
    EXPECT_TRUE(decoder.finish().ok());
  }
}

}  // namespace
}  // namespace monitora::transfer
