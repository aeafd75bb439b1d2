// A real Kafka on this machine (deploy/kafka/broker), in a folder of its own, ended with the object. Dies where something does not come up.
#ifndef OVERDRACHT_TESTS_SUPPORT_KAFKA_BROKER_H_
#define OVERDRACHT_TESTS_SUPPORT_KAFKA_BROKER_H_

#include <string>

namespace overdracht::testing {

struct KafkaBrokerOptions {
  int nodes = 1;
  // A folder that `overdracht certs` made; empty: without TLS, and everybody may do everything. NewTopic and the Lose… are for those.
  std::string certificates;
  bool quick = true;  // soon ready, and slower under load: not for figures
};

class KafkaBroker {
 public:
  explicit KafkaBroker(KafkaBrokerOptions options = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }
  // A topic with one partition, as a journal's is to be; its name.
  std::string NewTopic();

  void Kill(int node = 1);   // as kill -9 does
  void Start();              // what does not run; it is ready when this returns
  void Pause(int node = 1);  // it does nothing, and keeps its connections
  void Continue(int node = 1);
  // User and system time of a node.
  double CpuSeconds(int node = 1) const;
  // Memory of its own that the node holds now, and what it holds of a topic on its disk, all partitions, with their indexes.
  size_t MemoryBytes(int node = 1) const;
  size_t TopicBytes(const std::string& topic, int node = 1) const;
  // Takes the newest record of a topic away, as a disk that came back from a copy does. One node.
  void LoseNewest(const std::string& topic);
  // Takes the records before an offset away, as a topic does that keeps them for a time only.
  void LoseOldest(const std::string& topic, int64_t before);

 private:
  void Run(const std::string& arguments);
  void Signal(int node, int signal);

  const KafkaBrokerOptions options_;
  std::string folder_;
  std::string bootstrap_;
  int topics_ = 0;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_KAFKA_BROKER_H_
