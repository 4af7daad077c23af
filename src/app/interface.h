// The files of the interface, put into the program by tools/embed_interface.py.
#pragma once

#include "admin/pages.h"

namespace agt::app {

[[nodiscard]] admin::Assets interface_files();

}  // namespace agt::app
