// The tables of manifest keys. Validation, docs/formats/manifest.md and the JSON Schema are made of them, so that they
// cannot drift. A connector adds its own options as an EndpointSchema. Static data, thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/option_spec.h"
#include "dpone/manifest/strategy_spec.h"

namespace dpone::manifest {

// Where a system can keep the states of processes.
enum class StatePlace {
  kNone,
  kStateFolder,  // in a file of the state folder, without connection and schema
  kConnection,   // where state.connection_id says
};

// What a connector adds. The tables are static and outlive every Manifest that was read with them.
struct EndpointSchema {
  std::string_view type;
  std::span<const OptionSpec> source_options = {};
  std::span<const OptionSpec> sink_options = {};
  // Fields of `connection_type: params`. Empty: any lower-case name.
  std::span<const OptionSpec> connection_fields = {};
  bool has_path = false;  // rows are found by `path`, without a connection and a table
  StatePlace state = StatePlace::kNone;
};

// What manifests are read by, besides the keys that all have.
struct Schemas {
  std::span<const EndpointSchema> ends;
  Strategies strategies = {};
};

// What a key may have whose choices depend on them: `type` of the ends and of the state, and the strategy's mode.
std::vector<std::string_view> choices_of(std::string_view path, const Schemas& schemas);

// A mapping of the manifest. Its child sections are those whose path is one name longer.
struct SectionSpec {
  std::string_view path;  // empty: the top; `source`, `source.table`
  std::string_view description;
  bool is_required = false;
  std::span<const OptionSpec> keys = {};  // its values; without those of connectors and strategies
};

// A spelling of the original dpone. With `is_rewritten` it is read as `replacement`, with a notice; otherwise it is a
// problem whose text is `note`.
struct OldSpelling {
  std::string_view path;         // `sink.strategy.overwrite_type`
  std::string_view replacement;  // a canonical path, or empty
  bool is_rewritten = false;
  std::string_view note = {};
};

// Limits of a text value. `pattern` is an ECMA regular expression as JSON Schema has it, `accepts` the same as code.
struct TextRule {
  std::string_view path;
  std::string_view pattern;
  bool (*accepts)(std::string_view) = nullptr;
  std::string_view meaning = {};  // of the pattern, for messages
  std::size_t min_length = 0;
  std::size_t max_length = 0;  // 0: no limit but the file's
};

std::span<const SectionSpec> sections();
std::span<const OldSpelling> old_spellings();
std::span<const TextRule> text_rules();
// Every mode that dpone is to have, whether this build has it or not.
std::span<const std::string_view> known_modes();

// The keys of a section, without those of connectors and `params`; all strategies' keys are among those of
// `sink.strategy`.
std::vector<OptionSpec> keys_of(const SectionSpec& section, const Schemas& schemas);
// What the key at `path` is for. Of a strategy's key it says which modes have it, of `mode` what each does.
std::string key_description(const OptionSpec& spec, std::string_view path, const Schemas& schemas,
                            std::string_view quote = {});

// Section by its path, or null.
const SectionSpec* find_section(std::string_view path);
// The common option tables, for Options objects made without a file (`dpone copy`).
std::span<const OptionSpec> common_source_options();
std::span<const OptionSpec> common_sink_options();
std::span<const OptionSpec> common_strategy_options();
std::span<const OptionSpec> runtime_options();
std::span<const OptionSpec> quality_options();
std::span<const OptionSpec> state_options();

// The tables of docs/formats/manifest.md as Markdown, between its `keys` markers.
std::string render_key_tables(const Schemas& schemas);

}  // namespace dpone::manifest
