// The descriptor of files and streams: all that the program knows of this connector. Static data.
#pragma once

#include "dpone/ports/connector.h"

namespace dpone::file {

extern const Connector kFile;

}  // namespace dpone::file
