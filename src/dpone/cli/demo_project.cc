#include "dpone/cli/demo_project.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace dpone::cli {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere, which no engine of <random> with a distribution
// promises.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}

  // From 0 to `limit` - 1.
  int below(int limit) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<int>((z ^ (z >> 31)) % static_cast<std::uint64_t>(limit));
  }

 private:
  std::uint64_t state_;
};

struct Order {
  int id = 0;
  std::string customer;
  std::string email;  // "" means no address; NULL means unknown
  bool has_email = true;
  std::string city;
  std::string status;
  int cents = 0;
  int discount_permille = -1;  // below 0: NULL
  std::string note;
  bool has_note = false;
  int ordered_second = 0;  // since 2026-01-01
  int updated_second = 0;
};

constexpr std::string_view kFirstNames[] = {"Ada",    "Björn", "Chloé", "Dmitri", "Émile", "Fatima", "Giulia", "Håkon",
                                            "Ingrid", "José",  "Kaja",  "Łukasz", "María", "Noor",   "Óscar",  "Zoë"};
constexpr std::string_view kLastNames[] = {"Andersson", "Brûlé", "O'Brien", "Çelik", "Müller", "Nowak",
                                           "Peña",      "Rossi", "Šimić",   "Smith", "Tanaka", "van der Berg"};
constexpr std::string_view kCities[] = {"Berlin",    "Zürich", "Łódź", "São Paulo",      "東京",      "Αθήνα",
                                        "København", "Paris",  "Київ", "Washington, DC", "Reykjavík", "Málaga"};
constexpr std::string_view kStatuses[] = {"new", "paid", "packed", "shipped", "returned"};
constexpr std::string_view kNotes[] = {
    "ring twice", "leave at the \"blue\" door",      "gift, please wrap",   "call before delivery\nafter 6 pm",
    "fragile 🍷",  "  blanks around this are kept  ", "5\" screws, not 6\"", "NULL"};

template <std::size_t N>
std::string pick(const std::string_view (&list)[N], Numbers& numbers) {
  return std::string(list[static_cast<std::size_t>(numbers.below(static_cast<int>(N)))]);
}

Order make_order(int id, Numbers& numbers) {
  Order order;
  order.id = id;
  order.customer = pick(kFirstNames, numbers) + " " + pick(kLastNames, numbers);
  const int email = numbers.below(10);
  order.has_email = email != 0;
  if (email > 1) order.email = fmt::format("customer{}@example.com", 1 + numbers.below(900));
  order.city = pick(kCities, numbers);
  order.status = pick(kStatuses, numbers);
  order.cents = 99 + numbers.below(250'000);
  if (numbers.below(4) == 0) order.discount_permille = 25 * numbers.below(13);
  order.has_note = numbers.below(6) == 0;
  if (order.has_note && numbers.below(5) != 0) order.note = pick(kNotes, numbers);
  order.ordered_second = id * 1'700 + numbers.below(1'600);  // about 100 days of orders, in the order of their ids
  order.updated_second = order.ordered_second + numbers.below(86'400);
  return order;
}

// `2026-02-03 14:05:06`, `second` since 2026-01-01, within that year.
std::string time_text(int second) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int day = second / 86'400;
  int month = 0;
  while (day >= kDays[month]) day -= kDays[month++];
  const int rest = second % 86'400;
  return fmt::format("2026-{:02}-{:02} {:02}:{:02}:{:02}", month + 1, day + 1, rest / 3600, rest / 60 % 60, rest % 60);
}

// Quoted where RFC 4180 wants it, and where an empty text would else be NULL.
std::string csv_text(std::string_view value) {
  if (!value.empty() && value.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(value);
  std::string out = "\"";
  for (const char c : value) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

constexpr std::string_view kHeader = "order_id,customer,email,city,status,amount,discount,note,ordered_at,updated_at\n";

std::string csv_line(const Order& order) {
  return fmt::format(
      "{},{},{},{},{},{}.{:02},{},{},{},{}\n", order.id, csv_text(order.customer),
      order.has_email ? csv_text(order.email) : "", csv_text(order.city), order.status, order.cents / 100,
      order.cents % 100, order.discount_permille < 0 ? "" : fmt::format("0.{:03}", order.discount_permille),
      order.has_note ? csv_text(order.note) : "", time_text(order.ordered_second), time_text(order.updated_second));
}

constexpr int kChangesFrom = 110 * 86'400;  // later than every update in orders.csv

Order changed(Order order, Numbers& numbers) {
  const std::string before = order.status;
  while (order.status == before) order.status = pick(kStatuses, numbers);
  if (order.status == "returned") {
    order.has_note = true;
    order.note = "returned: \"does not fit\"";
  }
  order.updated_second = kChangesFrom + numbers.below(86'400);
  return order;
}

constexpr std::string_view kOrdersManifest =
    R"(# Loads orders.csv into the table orders of shop.db. Every run replaces the
# whole table in one step: a program that reads it meanwhile sees the old rows
# or the new rows, never a mixture.
#
#   dpone plan orders.yaml      shows what a run would do
#   dpone run orders.yaml       does it
name: demo_orders
source:
  type: file
  path: orders.csv          # relative to this file's folder
sink:
  type: sqlite
  connection_type: params
  params:
    path: shop.db           # the first run creates it
  table:
    name: orders
  strategy:
    mode: full_refresh      # replaces all rows
    unique_key: order_id    # a NULL or a duplicate in it fails the run before
                            # anything is published
quality:
  min_rows: 1               # an empty file is a mistake, not an empty shop
)";

constexpr std::string_view kChangesManifest =
    R"(# Merges orders_changes.csv into the table that orders.yaml has loaded: changes
# existing orders that differ, adds the others, and leaves all other rows
# unchanged.
#
#   dpone run orders_changes.yaml
name: demo_orders_changes
source:
  type: file
  path: orders_changes.csv
sink:
  type: sqlite
  connection_type: params
  params:
    path: shop.db
  table:
    name: orders
  strategy:
    mode: incremental_merge
    unique_key: order_id    # matches rows of the file to rows of the table
  options:
    adopt: true             # another process, demo_orders, loaded the
                            # existing rows: take them over
)";

constexpr std::string_view kReadme = R"(A demo of dpone: orders of a shop as CSV files, loaded into a SQLite database
=============================================================================

Run these three in this folder:

  dpone plan orders.yaml           shows what a run would do, without doing it
  dpone run orders.yaml            loads {orders} orders into shop.db
  dpone run orders_changes.yaml    changes {changed} of them and adds {added}

Then look at the table with any SQLite program, for example:

  sqlite3 shop.db 'select status, count(*) from orders group by 1'

Files
  orders.csv             {orders} orders; with NULLs (nothing between the commas),
                         empty texts (""), quotes, line breaks inside values and
                         non-ASCII letters
  orders.yaml            the manifest that replaces the table with this file
  orders_changes.csv     new versions of {changed} orders, and {added} new orders
  orders_changes.yaml    the manifest that merges this file
  shop.db                created by the first run; besides your table it has a
                         receipt of every load
  .dpone/                created by the first run: reports of all runs in runs/

Try this
  - Run orders_changes.yaml again: nothing is new, so dpone changes nothing.
  - Run orders.yaml again, after the changes: dpone refuses it (exit code 3),
    since it would discard rows that another process has loaded. To force it:
      dpone run orders.yaml --adopt
  - Put the same order_id into two rows of orders.csv, or a quote into a value,
    and run it: the table does not change, and the error says why.
  - For your own tables:
      dpone help init
)";

}  // namespace

std::vector<DemoFile> demo_project() {
  Numbers numbers(2026);
  std::vector<Order> orders;
  orders.reserve(kDemoOrders);
  std::string csv(kHeader);
  for (int id = 1; id <= kDemoOrders; ++id) {
    orders.push_back(make_order(id, numbers));
    csv += csv_line(orders.back());
  }
  std::string changes(kHeader);
  constexpr int kStep = kDemoOrders / kDemoChangedOrders;
  for (int i = 0; i < kDemoChangedOrders; ++i) {
    const int place = i * kStep + numbers.below(kStep);
    changes += csv_line(changed(orders[static_cast<std::size_t>(place)], numbers));
  }
  for (int i = 1; i <= kDemoNewOrders; ++i) {
    Order order = make_order(kDemoOrders + i, numbers);
    order.status = "new";
    order.ordered_second = kChangesFrom + i * 60;
    order.updated_second = order.ordered_second;
    changes += csv_line(order);
  }
  return {{"orders.csv", std::move(csv)},
          {"orders_changes.csv", std::move(changes)},
          {"orders.yaml", std::string(kOrdersManifest)},
          {"orders_changes.yaml", std::string(kChangesManifest)},
          {"README.txt", fmt::format(kReadme, fmt::arg("orders", kDemoOrders), fmt::arg("changed", kDemoChangedOrders),
                                     fmt::arg("added", kDemoNewOrders))}};
}

std::vector<std::string> demo_commands() {
  return {"dpone plan orders.yaml", "dpone run orders.yaml", "dpone run orders_changes.yaml"};
}

}  // namespace dpone::cli
