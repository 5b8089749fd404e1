#include "dpone/cli/strategy_flags.h"

#include <algorithm>
#include <list>
#include <vector>

#include "dpone/cli/manifest_schemas.h"
#include "dpone/manifest/keys.h"
#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::cli {
namespace {

constexpr std::string_view kSection = "sink.strategy";

// `unique_key` is long for what is typed.
std::string_view flag_name(std::string_view key) { return key == "unique_key" ? "key" : key; }

std::vector<OptionSpec> make_flags(std::list<std::string>& texts) {
  const manifest::Schemas schemas = manifest_schemas();
  std::vector<OptionSpec> flags = manifest::keys_of(*manifest::find_section(kSection), schemas);
  for (OptionSpec& flag : flags) {
    const std::string path = std::string(kSection) + "." + std::string(flag.name);
    texts.push_back(manifest::key_description(flag, path, schemas));
    flag.description = texts.back();
    if (flag.name == "mode") {
      std::string modes;
      for (const std::string_view mode : manifest::choices_of(path, schemas)) {
        modes += (modes.empty() ? "" : "|") + std::string(mode);
      }
      texts.push_back(std::move(modes));
      flag.choices = texts.back();
      flag.default_text = plan::strategy::kFullRefresh.declared.mode;
      flag.is_required = false;
    }
    // A flag that is left out is false: nothing is to be said of it.
    if (flag.kind == OptionKind::kFlag) flag.default_text = {};
    flag.name = flag_name(flag.name);
  }
  return flags;
}

}  // namespace

std::span<const OptionSpec> strategy_flags() {
  static std::list<std::string> texts;
  static const std::vector<OptionSpec> flags = make_flags(texts);
  return flags;
}

std::string flag_of_key(std::string_view path) {
  std::string flag = "--" + std::string(flag_name(path.substr(path.rfind('.') + 1)));
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

manifest::Strategy strategy_of(const Options& options, const manifest::Strategy& otherwise) {
  manifest::Strategy strategy = otherwise;
  if (options.is_given("mode")) strategy = plan::strategy::begin(plan::strategy::find(options.text("mode")));
  for (const OptionSpec& key : manifest::strategy_keys(plan::strategy::declared())) {
    const std::string_view name = flag_name(key.name);
    if (options.is_given(name)) strategy.options.set(std::string(key.name), options.given()[name]);
  }
  return strategy;
}

}  // namespace dpone::cli
