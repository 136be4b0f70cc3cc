#include <gmock/gmock.h>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WidgetSiteContract : public ContentContract {
 protected:
  void SetUp() override {
    ContentContract::SetUp();
    store_ = storage::make_widget_site_store(pool(), clock);
  }
  std::vector<std::string> origins(const WorkspaceId& in) {
    const auto sites = store_->list(in);
    EXPECT_TRUE(sites.ok()) << sites.status().to_string();
    std::vector<std::string> found;
    if (sites.ok())
      for (const WidgetSite& site : *sites) found.push_back(site.origin);
    return found;
  }
  std::unique_ptr<WidgetSiteStore> store_;
};

TEST_P(WidgetSiteContract, TheFirstAndTheLastTimeAreKept) {
  const Time first = clock.now();
  ASSERT_OK(store_->see(workspace, "https://boutique.example"));
  clock.advance(std::chrono::hours(1));
  ASSERT_OK(store_->see(workspace, "http://localhost:3000"));
  ASSERT_OK(store_->see(workspace, "https://boutique.example:8443"));
  clock.advance(std::chrono::hours(1));
  ASSERT_OK(store_->see(workspace, "https://boutique.example"));
  const auto sites = store_->list(workspace);
  ASSERT_OK(sites);
  ASSERT_EQ(sites->size(), 3u);
  EXPECT_EQ(sites->front().origin, "https://boutique.example");
  EXPECT_EQ(sites->front().first_seen_at, first);
  EXPECT_EQ(sites->front().last_seen_at, clock.now());
  EXPECT_THAT(origins(workspace), ElementsAre("https://boutique.example", "http://localhost:3000",
                                              "https://boutique.example:8443"));
  EXPECT_THAT(origins(foreign), IsEmpty());
}

TEST_P(WidgetSiteContract, SitesGoOneByOneAndWithTheirWorkspace) {
  for (const char* origin : {"https://a.example", "https://b.example", "https://c.example"}) {
    ASSERT_OK(store_->see(workspace, origin));
    ASSERT_OK(store_->see(foreign, origin));
  }
  ASSERT_OK(
      store_->remove(workspace, {"https://a.example", "https://c.example", "https://d.example"}));
  EXPECT_THAT(origins(workspace), ElementsAre("https://b.example"));
  EXPECT_EQ(origins(foreign).size(), 3u);
  ASSERT_OK(workspaces->remove(neighbour, foreign));
  EXPECT_EQ(count("widget_sites"), 1);
  EXPECT_EQ(store_->see(foreign, "https://a.example").key(), "workspace_not_found");
}

MONITORA_FOR_EVERY_DATABASE(WidgetSiteContract);

}  // namespace
}  // namespace monitora::contract
