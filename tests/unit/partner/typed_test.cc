// A typed request becomes the report that the same event in JSON would be.
#include "services/partner/typed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "overdracht/api/v1/contact_service.pb.h"
#include "overdracht/api/v1/handover_service.pb.h"
#include "overdracht/api/v1/support_service.pb.h"
#include "overdracht/api/v1/traject_service.pb.h"
#include "services/api/report_services.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/catalogue.h"

namespace overdracht::partner {
namespace {

using ::testing::Contains;
using ::testing::Pair;

constexpr char kZorg[] = "00000099000000101000";
constexpr char kWijk[] = "00000099000000102000";
constexpr char kTraject[] = "00000000-0000-4000-8000-100000000001";

const ReportMethod& MethodFor(const google::protobuf::Message& request) {
  static const auto* methods = [] {
    auto* all = new std::vector<ReportMethod>;
    for (const auto* service : api::ReportServices()) {
      for (ReportMethod& method : MethodsOf(*service)) all->push_back(std::move(method));
    }
    return all;
  }();
  for (const ReportMethod& method : *methods) {
    if (method.request->GetDescriptor() == request.GetDescriptor()) return method;
  }
  ADD_FAILURE() << "no method takes " << request.GetTypeName();
  return methods->front();
}

absl::StatusOr<region::Report> Read(google::protobuf::Message&& request) {
  return ReadTyped(
      MethodFor(request), kZorg, [] { return std::string("random"); }, [](absl::string_view kind) { return kind == "home_visit"; },
      &request);
}

api::v1::OfferHandoverRequest Offer() {
  api::v1::OfferHandoverRequest request;
  request.mutable_report()->set_traject(kTraject);
  request.mutable_report()->set_request_id("r-1");
  request.mutable_report()->mutable_time()->set_seconds(1'488'790'800);
  request.mutable_report()->mutable_time()->set_nanos(1'999);
  auto& event = *request.mutable_event();
  event.set_handover("h-1");
  event.set_recipient(kWijk);
  event.set_purpose(event::v1::PURPOSE_HANDOVER);
  event.add_categories(event::v1::CATEGORY_WONEN);
  event.mutable_dossier()->set_reference("d-1");
  event.mutable_dossier()->set_digest("sha256:" + std::string(64, 'a'));
  return request;
}

// Place and reason of what is wrong; empty: nothing.
std::string Fault(google::protobuf::Message&& request) {
  const absl::StatusOr<region::Report> report = Read(std::move(request));
  if (!report.ok()) return report.status().ToString();
  const auto* malformed = std::get_if<event::Malformed>(&report->event);
  if (malformed == nullptr) return "";
  std::map<std::string, std::string> parameters;
  for (const auto& one : malformed->refusal.parameters()) parameters[one.name()] = one.value();
  return parameters["place"] + " " + journal::v1::RefusalReason_Name(malformed->refusal.reason());
}

TEST(Typed, EveryKindOfEventHasOneMethod) {
  std::multiset<std::string> served;
  for (const auto* service : api::ReportServices()) {
    for (const ReportMethod& method : MethodsOf(*service)) served.insert(method.data->name());
  }
  std::multiset<std::string> kinds;
  for (const event::Kind& kind : event::Kinds()) kinds.insert(kind.data->name());
  EXPECT_EQ(served, kinds);
}

TEST(Typed, TheEnvelopeIsTheCallersAndTheContexts) {
  api::v1::OfferHandoverRequest request = Offer();
  request.mutable_report()->set_occurred_on("2017-03-05");
  request.mutable_report()->set_if_position("0:12");
  const absl::StatusOr<region::Report> report = Read(std::move(request));
  ASSERT_TRUE(report.ok()) << report.status();
  const auto& event = std::get<event::v1::Event>(report->event);
  EXPECT_EQ(event.id(), "r-1");
  EXPECT_EQ(event::SourceOf(event), "urn:nld:oin:00000099000000101000:systeem:api");
  EXPECT_EQ(base::FormatUuid(event.traject()), kTraject);
  EXPECT_EQ(base::FormatTime(event.time_us()), "2017-03-06T09:00:00.000001Z");
  EXPECT_EQ(event.occurred_on(), "2017-03-05");
  EXPECT_EQ(event.handovers_offered().recipient(), kWijk);
  EXPECT_EQ(report->caller, kZorg);
  EXPECT_EQ(report->if_position, 12u);
  EXPECT_FALSE(report->now);
}

TEST(Typed, WithoutTimeAndIdItIsNowAndNew) {
  api::v1::OfferHandoverRequest request = Offer();
  request.mutable_report()->clear_time();
  request.mutable_report()->clear_request_id();
  const absl::StatusOr<region::Report> report = Read(std::move(request));
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->now);
  EXPECT_EQ(std::get<event::v1::Event>(report->event).id(), "random");
}

TEST(Typed, TheRulesOfTheEventHold) {
  EXPECT_EQ(Fault(Offer()), "");
  const auto with = [](auto change) {
    api::v1::OfferHandoverRequest request = Offer();
    change(&request);
    return Fault(std::move(request));
  };
  EXPECT_EQ(with([](auto* r) { r->mutable_report()->set_traject("x"); }), "/subject REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_report()->set_request_id("a b"); }), "/id REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_report()->mutable_time()->set_seconds(-1); }), "/time REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_report()->mutable_time()->set_seconds(7'258'118'400); }), "/time REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_report()->set_occurred_on("2017-02-30"); }), "/data/occurredOn REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->clear_event(); }), "/data REFUSAL_REASON_FIELD_MISSING");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->clear_handover(); }), "/data/handover REFUSAL_REASON_FIELD_MISSING");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->set_handover("a name"); }), "/data/handover REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->clear_purpose(); }), "/data/purpose REFUSAL_REASON_FIELD_MISSING");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->set_purpose(static_cast<event::v1::Purpose>(99)); }),
            "/data/purpose REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->clear_categories(); }), "/data/categories REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->add_categories(event::v1::CATEGORY_WONEN); }),
            "/data/categories/1 REFUSAL_REASON_FIELD_INVALID");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->clear_dossier(); }), "/data/dossier REFUSAL_REASON_FIELD_MISSING");
  EXPECT_EQ(with([](auto* r) { r->mutable_event()->mutable_dossier()->set_digest("md5"); }),
            "/data/dossier/digest REFUSAL_REASON_FIELD_INVALID");
}

TEST(Typed, ParticipantsNumbersAndContactsToo) {
  api::v1::StartTrajectRequest start;
  start.mutable_report()->set_traject(kTraject);
  start.mutable_event()->set_workflow("uitstroom");
  start.mutable_event()->set_client("c-1");
  auto* participant = start.mutable_event()->add_participants();
  participant->set_role(event::v1::ROLE_ZORGAANBIEDER);
  participant->set_organisation(kZorg);
  EXPECT_EQ(Fault(std::move(start)), "/data/participants REFUSAL_REASON_PARTICIPANTS_INCOMPLETE");

  api::v1::ChangeSupportRequest support;
  support.mutable_report()->set_traject(kTraject);
  support.mutable_event()->set_support("s-1");
  support.mutable_event()->set_hours_per_week(169);
  EXPECT_EQ(Fault(std::move(support)), "/data/hoursPerWeek REFUSAL_REASON_FIELD_INVALID");

  api::v1::HoldContactRequest contact;
  contact.mutable_report()->set_traject(kTraject);
  contact.mutable_event()->set_kind("tea");
  EXPECT_EQ(Fault(std::move(contact)), "/data/kind REFUSAL_REASON_FIELD_INVALID");
}

TEST(Typed, WhatIsNotInTheContractHasNoWayIn) {
  const auto smuggle = [](google::protobuf::Message* message) {
    message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(99, "free text");
  };
  api::v1::OfferHandoverRequest in_request = Offer(), in_context = Offer(), in_event = Offer(), in_group = Offer();
  smuggle(&in_request);
  smuggle(in_context.mutable_report());
  smuggle(in_event.mutable_event());
  smuggle(in_group.mutable_event()->mutable_dossier());
  EXPECT_THAT(Fault(std::move(in_request)), ::testing::HasSubstr("INVALID_ARGUMENT: expected the fields of this request only"));
  EXPECT_THAT(Fault(std::move(in_context)), ::testing::HasSubstr("INVALID_ARGUMENT: expected the fields of this request only"));
  EXPECT_EQ(Fault(std::move(in_event)), "/data REFUSAL_REASON_FIELD_UNKNOWN");
  EXPECT_EQ(Fault(std::move(in_group)), "/data/dossier REFUSAL_REASON_FIELD_UNKNOWN");
}

}  // namespace
}  // namespace overdracht::partner
