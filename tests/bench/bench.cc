#include "tests/bench/bench.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace overdracht::bench {

std::string Result::Json() const {
  nlohmann::ordered_json json = {{"name", name}, {"value", value}, {"unit", unit}};
  json["baseline"] = {{"name", baseline}, {"value", baseline_value}};
  json["p50_ms"] = p50_ms;
  json["p99_ms"] = p99_ms;
  json["cpu_ms_per_op"] = cpu_ms_per_op;
  json["runs"] = runs;
  json["spread"] = spread;
  for (const auto& [key, figure] : more) json[key] = figure;
  return json.dump();
}

std::string Result::Text() const {
  const auto number = [](double of) { return absl::StrFormat(of < 100 ? "%.4g" : "%.0f", of); };
  std::string text = absl::StrFormat("%-20s %12s %s, %.0f%% of %s (%s)\n", name, number(value), unit,
                                     baseline_value > 0 ? 100 * value / baseline_value : 0, baseline, number(baseline_value));
  absl::StrAppendFormat(&text, "%-20s p50 %.3f ms, p99 %.3f ms, CPU %.4f ms, %d runs, spread %.0f%%\n", "", p50_ms, p99_ms, cpu_ms_per_op,
                        runs, 100 * spread);
  for (const auto& [key, figure] : more) absl::StrAppendFormat(&text, "%-20s %s %.4g\n", "", key, figure);
  return text;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "overdracht-bench.XXXXXX";
  path_ = mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  const auto index = std::min(values.size() - 1, static_cast<size_t>(percent / 100 * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
  return values[index];
}

double Median(std::vector<double> values) { return Percentile(std::move(values), 50); }

double Spread(const std::vector<double>& values) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  return values.empty() ? 0 : (*greatest - *least) / Median(values);
}

}  // namespace overdracht::bench
