// The files that a FileSource has found, their columns and, for a stream, the bytes that were already read. Shared by
// the source and its reader, and used by one of them at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dpone/connectors/file/input.h"
#include "dpone/connectors/file/options.h"
#include "dpone/rowfile/row_format.h"
#include "dpone/rowfile/text_input.h"

namespace dpone::file {

struct SourceFile {
  std::string path;
  FileStamp stamp;
};

struct Selection {
  SourceSettings settings;
  std::shared_ptr<const rowfile::RowFormat> format;
  std::vector<SourceFile> files;
  std::vector<std::string> names;
  // A stream can be read once: the sampled bytes come first.
  std::unique_ptr<rowfile::TextInput> stream;
};

}  // namespace dpone::file
