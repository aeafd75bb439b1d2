// eos_cost: the same batches, appended to a topic of a real Kafka in three ways: by the chain (log/owner.h), by Kafka's transactions (two
// producers in turn, as one alone waits 20 ms for its own last commit), and with no protection at all. One batch in flight each.
//
//   light      one record a batch, 50 batches/s: latency, and what a batch takes of the client's and the broker's CPU
//   one after the other, with 1 and 100 records a batch: batches/s
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>

#include "services/base/check.h"
#include "services/log/kafka/kafka_log.h"
#include "services/log/owner.h"
#include "tests/bench/bench.h"
#include "tests/support/kafka_broker.h"

namespace overdracht::bench {
namespace {

constexpr size_t kRecordBytes = 1'200;  // of a report, on average

// A way to append batches.
class Way {
 public:
  virtual ~Way() = default;
  // Returns when it is as durable and as safe as this way can make it.
  virtual void Append(const std::string& bytes) = 0;
};

class Chain : public Way {
 public:
  explicit Chain(const std::string& bootstrap, const std::string& topic) {
    auto log = log::KafkaLog::Open({.place = {.cluster = {.bootstrap = bootstrap}, .topic = topic}});
    OVERDRACHT_CHECK(log.ok(), log.status().ToString());
    log_ = *std::move(log);
    auto owner = log::Owner::TakeOver(log_.get(), {}, 0, 0, "bench", [](const log::Tip&, const log::Batch&) { return absl::OkStatus(); });
    OVERDRACHT_CHECK(owner.ok(), owner.status().ToString());
    owner_ = *std::move(owner);
  }
  void Append(const std::string& bytes) override {
    log::BatchWriter batch = owner_->Begin(0, 0);
    for (size_t at = 0; at < bytes.size(); at += kRecordBytes) batch.Add({}, {}, absl::string_view(bytes).substr(at, kRecordBytes));
    const absl::Status appended = owner_->Append(batch.Finish());
    OVERDRACHT_CHECK(appended.ok(), appended.ToString());
  }

 private:
  std::unique_ptr<log::KafkaLog> log_;
  std::unique_ptr<log::Owner> owner_;
};

// A producer as an application sets it up.
class Plain : public Way {
 public:
  Plain(const std::string& bootstrap, const std::string& topic, const std::string& transactional_id = "") {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    const auto set = [conf](const char* name, const std::string& value) {
      char why[256];
      OVERDRACHT_CHECK(rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK, why);
    };
    set("bootstrap.servers", bootstrap);
    set("acks", "all");
    set("linger.ms", "0");
    set("socket.nagle.disable", "true");
    if (!transactional_id.empty()) {
      set("transactional.id", transactional_id);
    } else {
      rd_kafka_conf_set_opaque(conf, this);
      rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
        Check(message->err);
        --static_cast<Plain*>(self)->outstanding_;
      });
    }
    kafka_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
    topic_.reset(rd_kafka_topic_new(kafka_.get(), topic.c_str(), nullptr));
    // Else the first record waits for up to a second.
    const struct rd_kafka_metadata* metadata = nullptr;
    Check(rd_kafka_metadata(kafka_.get(), 0, topic_.get(), &metadata, 10'000));
    rd_kafka_metadata_destroy(metadata);
  }

  void Append(const std::string& bytes) override {
    // Not rd_kafka_flush, which looks every 10 ms.
    outstanding_ = Produce(bytes);
    while (outstanding_ > 0) rd_kafka_poll(kafka_.get(), 1'000);
  }

 protected:
  // How many records that were.
  size_t Produce(const std::string& bytes) {
    size_t records = 0;
    for (size_t at = 0; at < bytes.size(); at += kRecordBytes) {
      OVERDRACHT_CHECK(rd_kafka_produce(topic_.get(), 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(bytes.data() + at),
                                        std::min(kRecordBytes, bytes.size() - at), nullptr, 0, nullptr) == 0,
                       "not produced");
      ++records;
    }
    return records;
  }
  static void Check(rd_kafka_resp_err_t error) { OVERDRACHT_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(error)); }
  rd_kafka_t* kafka() const { return kafka_.get(); }

 private:
  struct Destroy {
    void operator()(rd_kafka_t* kafka) const { rd_kafka_destroy(kafka); }
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  };
  std::unique_ptr<rd_kafka_t, Destroy> kafka_;
  std::unique_ptr<rd_kafka_topic_t, Destroy> topic_;
  size_t outstanding_ = 0;
};

class Transaction : public Plain {
 public:
  Transaction(const std::string& bootstrap, const std::string& topic, const std::string& id) : Plain(bootstrap, topic, id) {
    Check(rd_kafka_init_transactions(kafka(), 30'000));
  }
  void Append(const std::string& bytes) override {
    Check(rd_kafka_begin_transaction(kafka()));
    Produce(bytes);
    Check(rd_kafka_commit_transaction(kafka(), -1));
  }

 private:
  static void Check(rd_kafka_error_t* error) { OVERDRACHT_CHECK(error == nullptr, rd_kafka_error_string(error)); }
};

// Strictly in turn: the second begins when the first has committed.
class Transactions : public Way {
 public:
  Transactions(const std::string& bootstrap, const std::string& topic)
      : producers_{Transaction(bootstrap, topic, topic + ".a"), Transaction(bootstrap, topic, topic + ".b")} {}
  void Append(const std::string& bytes) override { producers_[turn_++ % producers_.size()].Append(bytes); }

 private:
  std::array<Transaction, 2> producers_;
  size_t turn_ = 0;
};

struct Figures {
  std::vector<double> batch_ms;
  double seconds = 0, client_s = 0, broker_s = 0;

  double Rate() const { return static_cast<double>(batch_ms.size()) / seconds; }
  double ClientMs() const { return 1e3 * client_s / static_cast<double>(batch_ms.size()); }
  double BrokerMs() const { return 1e3 * broker_s / static_cast<double>(batch_ms.size()); }
};

// `every`: zero, one after the other.
Figures Run(const testing::KafkaBroker& broker, Way* way, size_t records, int batches, absl::Duration every) {
  const std::string bytes(records * kRecordBytes, 'x');
  for (int i = 0; i < 20; ++i) way->Append(bytes);
  Figures figures;
  const Stopwatch watch;
  const double client = CpuSeconds(), served = broker.CpuSeconds();
  absl::Time next = absl::Now();
  for (int i = 0; i < batches; ++i) {
    if (every > absl::ZeroDuration()) absl::SleepFor((next += every) - absl::Now());
    const Stopwatch one;
    way->Append(bytes);
    figures.batch_ms.push_back(1e3 * one.Seconds());
  }
  figures.seconds = watch.Seconds();
  figures.client_s = CpuSeconds() - client;
  figures.broker_s = broker.CpuSeconds() - served;
  return figures;
}

struct Load {
  const char* name;
  size_t records;
  int batches;
  absl::Duration every;
};

}  // namespace

void EosCost(const Options& options, const std::function<void(const Result&)>& give) {
  testing::KafkaBroker broker({.nodes = 1, .certificates = "", .quick = false});
  const std::vector<std::pair<std::string, std::function<std::unique_ptr<Way>()>>> ways = {
      {"chain", [&] { return std::make_unique<Chain>(broker.bootstrap(), broker.NewTopic()); }},
      {"transactions", [&] { return std::make_unique<Transactions>(broker.bootstrap(), broker.NewTopic()); }},
      {"unprotected", [&] { return std::make_unique<Plain>(broker.bootstrap(), broker.NewTopic()); }}};
  const auto times = [&](int count) { return std::max(10, static_cast<int>(count * options.scale)); };
  for (const Load& load :
       {Load{"light", 1, times(250), absl::Milliseconds(20)}, Load{"one after the other, 1 record", 1, times(1'000), absl::ZeroDuration()},
        Load{"one after the other, 100 records", 100, times(500), absl::ZeroDuration()}}) {
    std::map<std::string, std::vector<double>> rates, p50s, p99s, clients, brokers;
    for (int run = 0; run < options.runs; ++run) {
      for (const auto& [name, make] : ways) {
        const std::unique_ptr<Way> way = make();
        const Figures figures = Run(broker, way.get(), load.records, load.batches, load.every);
        rates[name].push_back(figures.Rate());
        p50s[name].push_back(Percentile(figures.batch_ms, 50));
        p99s[name].push_back(Percentile(figures.batch_ms, 99));
        clients[name].push_back(figures.ClientMs());
        brokers[name].push_back(figures.BrokerMs());
      }
    }
    const bool light = load.every > absl::ZeroDuration();
    Result result("eos_cost", light ? "ms" : "batches/s", options.runs,
                  light ? "Kafka's transactions, ms" : "Kafka's transactions, batches/s");
    auto& shown = light ? p50s : rates;
    result.value = Median(shown["chain"]);
    result.spread = Spread(shown["chain"]);
    result.baseline_value = Median(shown["transactions"]);
    result.p50_ms = Median(p50s["chain"]);
    result.p99_ms = Median(p99s["chain"]);
    result.cpu_ms_per_op = Median(clients["chain"]);
    result.more["broker_cpu_ms_per_op"] = Median(brokers["chain"]);
    result.more["records_per_batch"] = static_cast<double>(load.records);
    for (const char* other : {"transactions", "unprotected"}) {
      result.more[absl::StrCat(other, "_p50_ms")] = Median(p50s[other]);
      result.more[absl::StrCat(other, "_p99_ms")] = Median(p99s[other]);
      result.more[absl::StrCat(other, "_per_s")] = Median(rates[other]);
      result.more[absl::StrCat(other, "_client_cpu_ms_per_op")] = Median(clients[other]);
      result.more[absl::StrCat(other, "_broker_cpu_ms_per_op")] = Median(brokers[other]);
    }
    give(result);
  }
}

}  // namespace overdracht::bench
