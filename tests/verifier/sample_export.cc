// Makes a good export: sample_export FILE PARTITIONS BATCHES RECORDS_PER_BATCH
// Six trajecten, two owners in each partition, records of no traject among them; the same each time but for the owners' tokens.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/audit/audit.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/owner.h"

namespace {

using namespace overdracht;

absl::Status FoldNothing(const log::Tip&, const log::Batch&) { return absl::OkStatus(); }

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

void Fill(log::EventLog& log, int partition, int batches, int records) {
  std::map<std::string, base::Hash> heads;
  std::unique_ptr<log::Owner> owner;
  for (int i = 0; i < batches; ++i) {
    if (i == 0 || i == batches / 2) {
      auto taken = log::Owner::TakeOver(&log, {}, 3, 1'500'000'000'000'000, "test", FoldNothing);
      Require(taken.status());
      owner = *std::move(taken);
    }
    log::BatchWriter writer = owner->Begin(owner->tip().input_to + records, 1'500'000'000'000'000 + i);
    for (int k = 0; k < records; ++k) {
      journal::v1::Record record;
      record.set_number(writer.next_number());
      const int traject = static_cast<int>(writer.next_number() * 5 % 7);
      if (traject != 6) record.set_traject(std::string(15, static_cast<char>('a' + partition)) + static_cast<char>(traject));
      record.set_time_us(1'500'000'000'000'000 + i);
      record.set_gemeente(std::string(writer.next_number() % 50, '0'));
      base::Hash& head = heads[record.traject()];
      head = writer.Add(record.traject(), head, record.SerializeAsString());
    }
    Require(owner->Append(writer.Finish()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  std::string folder = (std::filesystem::temp_directory_path() / "sample_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  std::vector<std::unique_ptr<log::EmbeddedLog>> logs;
  std::vector<log::EventLog*> partitions;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    auto log = log::EmbeddedLog::Open(folder + "/" + std::to_string(i));
    Require(log.status());
    logs.push_back(*std::move(log));
    partitions.push_back(logs.back().get());
    Fill(*logs.back(), i, std::atoi(argv[3]), std::atoi(argv[4]));
  }
  Require(audit::Export(partitions, argv[1]));
  logs.clear();
  std::filesystem::remove_all(folder);
  return 0;
}
