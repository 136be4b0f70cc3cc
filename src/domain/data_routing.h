// Where a question is answered: from the documents, from the asker's own orders, or from the data
// of the workspace's database. Words say it where they can; for the rest a question is compared
// with examples by its embedding. Pure; thread-safe. French and English.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

enum class DataRoute { documents, orders, data };

struct RoutingExample {
  DataRoute route = DataRoute::documents;
  std::string_view text;
};
std::span<const RoutingExample> routing_examples();

// How much speaks for each, from the words alone; 0: nothing does.
struct RouteScores {
  float documents = 0;
  float orders = 0;
  float data = 0;
};
RouteScores routing_words(std::string_view question);

// `near`: how alike the question is to the nearest examples of each, as cosines.
DataRoute choose_route(const RouteScores& words, const RouteScores& near);

// What may be an order's number in it: ASCII letters, digits and -_/.# after NFKC, 1 to 40
// characters, with three digits or more and no year, date or amount; any with a digit after
// "order", "n°", "#" and the like. At most 5.
std::vector<std::string> order_numbers(std::string_view question);

}  // namespace monitora
