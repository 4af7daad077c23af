// Files that only their owner may touch: checked on opening, written whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace agt::store {

// How much is asked of an existing file.
enum class Trust : std::uint8_t {
  secret,    // ours, a regular file, no link, closed to others; an open one is refused: it may have been read already
  closable,  // the same, but the rights of others are taken away instead of refused
  readable,  // ours or root's, and nobody else may write to it; a link to such a file is fine (dotfile managers)
};

// Nothing when the file may be used as `trust` says. A missing file is no error here. Errors are Code::config.
[[nodiscard]] Result<> check_file(const std::filesystem::path& path, Trust trust);

// The whole file. Missing → Code::config.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, Trust trust, std::size_t bytes_max);

// Replaces the file by `bytes`, mode 0600: temporary file, fsync, rename, fsync of the folder. Code::storage.
[[nodiscard]] Result<> write_file(const std::filesystem::path& path, std::string_view bytes);

// Makes an empty file with mode 0600 unless it is there, so that whoever opens it next inherits the mode.
[[nodiscard]] Result<> make_file(const std::filesystem::path& path);

// Makes the folder (and its parents) with mode 0700. One that exists must be ours and closed to the writing of others;
// if it is empty or already holds our files, the other rights of others are taken away, else they are refused.
[[nodiscard]] Result<> make_folder(const std::filesystem::path& path);

}  // namespace agt::store
