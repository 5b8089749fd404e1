// The project that `dpone init --demo` writes: a table of orders as CSV, changes to it, a manifest for each, and what
// to do with them. Made by code alone, so that every copy of it is the same, byte for byte. Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace dpone::cli {

struct DemoFile {
  std::string name;
  std::string text;
};

inline constexpr int kDemoOrders = 5000;        // ids 1 to 5000
inline constexpr int kDemoChangedOrders = 120;  // of those, in orders_changes.csv
inline constexpr int kDemoNewOrders = 40;       // ids from 5001, in orders_changes.csv

// orders.csv, orders_changes.csv, orders.yaml, orders_changes.yaml and README.txt, in reading order.
std::vector<DemoFile> demo_project();
// The commands of README.txt.
std::vector<std::string> demo_commands();

}  // namespace dpone::cli
