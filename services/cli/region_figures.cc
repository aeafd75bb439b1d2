#include "services/cli/region_figures.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <string>
#include <utility>

#include "services/base/codes.h"

namespace overdracht::cli {
namespace {

using http::Figure;

// A loop, by the label of its figures; without one it is the only one.
struct LabelledLoop {
  std::string label;
  workflow::LoopCounts counts;
  size_t waiting = 0;
};
using Loops = std::vector<LabelledLoop>;

std::string Labels(const std::string& first, const std::string& more) {
  return absl::StrCat(first, first.empty() || more.empty() ? "" : ",", more);
}

template <typename Read>
Figure One(const char* name, const char* help, Figure::Type type, const Loops& loops, Read read) {
  Figure figure{.name = name, .help = help, .type = type};
  for (const LabelledLoop& loop : loops) figure.values.emplace_back(loop.label, static_cast<double>(read(loop)));
  return figure;
}

Figure Reports(const Loops& loops) {
  Figure figure{.name = "overdracht_reports_total", .help = "Reports that were answered, by code where they were refused."};
  for (const auto& [label, counts, waiting] : loops) {
    figure.values.emplace_back(Labels(label, "outcome=\"accepted\",code=\"\""), static_cast<double>(counts.accepted));
    for (const auto& [code, count] : counts.refused) {
      const std::string refused = absl::StrCat("outcome=\"refused\",code=\"", absl::AsciiStrToUpper(base::Code(code)), "\"");
      figure.values.emplace_back(Labels(label, refused), static_cast<double>(count));
    }
  }
  return figure;
}

Figure OverdueNotices(const Loops& loops) {
  Figure figure{.name = "overdracht_overdue_notices_total", .help = "Notices that a term ran out, by what it was for."};
  for (const auto& [label, counts, waiting] : loops) {
    for (const auto& [of, count] : counts.overdue) {
      figure.values.emplace_back(Labels(label, absl::StrCat("kind=\"", base::Code(of), "\"")), static_cast<double>(count));
    }
  }
  return figure;
}

Figure Commits(const Loops& loops) {
  Figure figure{.name = "overdracht_commit_seconds",
                .help = "From offering a batch to the journal until it is durable, with those that only note the input.",
                .type = Figure::kHistogram};
  for (const LabelledLoop& loop : loops) figure.histograms.emplace_back(loop.label, loop.counts.commit_s);
  return figure;
}

std::vector<Figure> FiguresOfAll(const Loops& loops) {
  const auto count = [&loops](const char* name, const char* help, uint64_t workflow::LoopCounts::*which) {
    return One(name, help, Figure::kCounter, loops, [which](const LabelledLoop& loop) { return loop.counts.*which; });
  };
  using Counts = workflow::LoopCounts;
  return {
      Reports(loops),
      count("overdracht_duplicates_total", "Reports that had been made before.", &Counts::duplicates),
      count("overdracht_records_total", "Records that were written to the journal.", &Counts::records),
      count("overdracht_terms_expired_total", "Records of a term that ran out.", &Counts::terms),
      count("overdracht_notices_total", "Notices in those records.", &Counts::notices),
      OverdueNotices(loops),
      count("overdracht_batches_total", "Batches in which they were written.", &Counts::batches),
      Commits(loops),
      One("overdracht_queue_inputs", "Reports and questions that wait for the loop.", Figure::kGauge, loops,
          [](const LabelledLoop& loop) { return loop.waiting; }),
      One("overdracht_loop_longest_round_seconds",
          "The longest that the loop was busy without taking anything in, since it began: what a report may have had to wait.",
          Figure::kGauge, loops, [](const LabelledLoop& loop) { return loop.counts.longest_round_s; }),
  };
}

// Where each partition stands between the topics.
std::vector<Figure> Places(const std::vector<std::pair<std::string, workflow::PartitionFigures>>& partitions) {
  Figure owned{
      .name = "overdracht_partition_owned", .help = "Whether this service owns the partition (1) or not (0).", .type = Figure::kGauge};
  Figure lost{.name = "overdracht_partition_data_loss",
              .help = "Whether the journal has lost what was known to count (1): a person decides.",
              .type = Figure::kGauge};
  Figure events{.name = "overdracht_events_lag", .help = "Events of an owned partition that are not decided.", .type = Figure::kGauge};
  Figure outbox{.name = "overdracht_outbox_age_seconds",
                .help = "How long the oldest item waits that no broker has acknowledged; 0: none does.",
                .type = Figure::kGauge};
  Figure journal{.name = "overdracht_journal_lag",
                 .help = "Batches in the journal of a followed partition that are not read.",
                 .type = Figure::kGauge};
  for (const auto& [label, partition] : partitions) {
    owned.values.emplace_back(label, partition.owned ? 1 : 0);
    lost.values.emplace_back(label, partition.data_loss ? 1 : 0);
    if (partition.owned && partition.owned->events_lag)
      events.values.emplace_back(label, static_cast<double>(*partition.owned->events_lag));
    if (partition.owned) outbox.values.emplace_back(label, absl::ToDoubleSeconds(partition.owned->outbox_age));
    if (partition.journal_lag) journal.values.emplace_back(label, static_cast<double>(*partition.journal_lag));
  }
  return {std::move(owned), std::move(lost), std::move(events), std::move(outbox), std::move(journal)};
}

}  // namespace

http::Figures FiguresOf(const workflow::Loop* loop) {
  return [loop] { return FiguresOfAll({{.label = "", .counts = loop->counts(), .waiting = loop->waiting()}}); };
}

http::Figures FiguresOf(std::vector<const workflow::OwnedPartition*> partitions) {
  return [partitions = std::move(partitions)] {
    std::vector<std::pair<std::string, workflow::PartitionFigures>> seen;
    Loops owned;
    for (const workflow::OwnedPartition* partition : partitions) {
      const auto& [label, figures] = seen.emplace_back(absl::StrCat("partition=\"", partition->partition(), "\""), partition->figures());
      if (figures.owned) owned.push_back({.label = label, .counts = figures.counts, .waiting = figures.owned->waiting});
    }
    std::vector<Figure> all = FiguresOfAll(owned);
    for (Figure& place : Places(seen)) all.push_back(std::move(place));
    return all;
  };
}

}  // namespace overdracht::cli
