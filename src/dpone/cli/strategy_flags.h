// The flags by which `dpone copy` and `dpone init` take a load strategy, made from the table of strategies: `--mode`,
// `--key`, and one for each key that a strategy has. Static data, and a pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dpone/base/option_spec.h"
#include "dpone/manifest/manifest.h"

namespace dpone::cli {

std::span<const OptionSpec> strategy_flags();
// What the key of a manifest at `path` is called on the command line: `--key` for `sink.strategy.unique_key`.
std::string flag_of_key(std::string_view path);
// The strategy that `options` ask for; the one of the manifest where they name no other.
manifest::Strategy strategy_of(const Options& options, const manifest::Strategy& otherwise);

}  // namespace dpone::cli
