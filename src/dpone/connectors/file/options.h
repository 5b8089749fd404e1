// The options of `type: file`: tables for the manifest reader, the JSON Schema and the flags of `dpone copy`, and the
// same as checked values. Static data and pure functions. Docs: docs/connectors/file.md.
#pragma once

#include <span>
#include <string>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"
#include "dpone/rowfile/read_settings.h"

namespace dpone::file {

std::span<const OptionSpec> source_options();
std::span<const OptionSpec> sink_options();

struct SourceSettings : rowfile::ReadSettings {
  std::string path;  // a file, a pattern, or `-`
  // The path of the target, if it is a file: it must not be among the source files. Empty: the target is not a file.
  std::string target_path;
};

struct SinkSettings : rowfile::WriteSettings {
  std::string path;  // a file, or `-`
};

// From the options of a manifest's end. Slugs: those of rowfile/read_settings.h.
Result<SourceSettings> source_settings(const std::string& path, const Options& options);
Result<SinkSettings> sink_settings(const std::string& path, const Options& options);

}  // namespace dpone::file
