// Connecting a client: what its configuration files hold now, what they would hold, writing that with a backup, and
// taking it back byte for byte. Used by the admin API, and by the command line with the environment of its own shell.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/clients.h"
#include "connect/diff.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"
#include "store/home.h"

namespace agt::admin {

struct ClientPlaces {
  const store::Environment& environment;  // HOME and the folder variables of clients
  std::filesystem::path state{};          // where is kept what was done
};

struct ClientValues {
  std::string host{};  // "http://127.0.0.1:8045"
  Secret key{};
  std::string model{};  // may be empty where no file of the client names one
};

struct FileChange {
  std::filesystem::path path{};
  std::optional<std::string> before{};  // nothing: there is no such file
  std::string after{};
  std::vector<connect::DiffLine> diff{};  // without the key
};

// What writing would do; a change whose text stays the same is in the list too. Code::schema when the client cannot be
// written for or needs a model; Code::config when a file of it cannot be read as what it should be.
[[nodiscard]] Result<std::vector<FileChange>> plan_connection(const catalogue::Client& client,
                                                              const ClientValues& values, const ClientPlaces& places);

// Writes what was planned, each file as a whole, with a backup beside it. All files or none: what had been written is
// put back when a later one cannot be. Gives the backups.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_connection(const catalogue::Client& client,
                                                                          const std::vector<FileChange>& changes,
                                                                          const ClientPlaces& places, WallTime now);

// Puts back what was there before write_connection and forgets it. Code::conflict, and nothing is changed, when a file
// has been changed since; the message names the backup. Gives the files.
[[nodiscard]] Result<std::vector<std::filesystem::path>> undo_connection(const catalogue::Client& client,
                                                                         const ClientPlaces& places);

// Whether a file of the client names a model, so that writing it needs one.
[[nodiscard]] bool needs_model(const catalogue::Client& client);

// Whether write_connection has done something that undo_connection knows of.
[[nodiscard]] bool can_be_undone(const catalogue::Client& client, const ClientPlaces& places);

// Whether the files of the client lead to this gateway.
enum class Connection : std::uint8_t { none, here, elsewhere };
[[nodiscard]] std::string_view name(Connection connection);
[[nodiscard]] Connection connection_of(const catalogue::Client& client, const ClientValues& values,
                                       const ClientPlaces& places);

// Where each file of the client that takes a base URL leads.
struct BaseUrlAt {
  std::filesystem::path path{};
  std::optional<std::string> found{};  // nothing: the file, or the value in it, is not there
  std::string wanted{};
  std::optional<Error> trouble{};  // the file cannot be read
};
[[nodiscard]] std::vector<BaseUrlAt> base_urls_of(const catalogue::Client& client, const ClientValues& values,
                                                  const ClientPlaces& places);

}  // namespace agt::admin
