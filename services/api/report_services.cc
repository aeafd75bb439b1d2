#include "services/api/report_services.h"

#include "overdracht/api/v1/appointment_service.pb.h"
#include "overdracht/api/v1/consent_service.pb.h"
#include "overdracht/api/v1/contact_service.pb.h"
#include "overdracht/api/v1/decision_service.pb.h"
#include "overdracht/api/v1/dossier_service.pb.h"
#include "overdracht/api/v1/handover_service.pb.h"
#include "overdracht/api/v1/home_service.pb.h"
#include "overdracht/api/v1/participant_service.pb.h"
#include "overdracht/api/v1/signal_service.pb.h"
#include "overdracht/api/v1/stay_service.pb.h"
#include "overdracht/api/v1/support_service.pb.h"
#include "overdracht/api/v1/task_service.pb.h"
#include "overdracht/api/v1/terugval_service.pb.h"
#include "overdracht/api/v1/traject_service.pb.h"

namespace overdracht::api {

const std::vector<const google::protobuf::ServiceDescriptor*>& ReportServices() {
  // By one message of each file, so that the linker keeps it.
  static const auto* services = new std::vector<const google::protobuf::ServiceDescriptor*>{
      v1::StartTrajectRequest::descriptor()->file()->service(0),  v1::AddParticipantRequest::descriptor()->file()->service(0),
      v1::CompleteTaskRequest::descriptor()->file()->service(0),  v1::GrantConsentRequest::descriptor()->file()->service(0),
      v1::GrantSupportRequest::descriptor()->file()->service(0),  v1::OfferHomeRequest::descriptor()->file()->service(0),
      v1::OfferHandoverRequest::descriptor()->file()->service(0), v1::KeepAppointmentRequest::descriptor()->file()->service(0),
      v1::ReportSignalRequest::descriptor()->file()->service(0),  v1::SignalTerugvalRequest::descriptor()->file()->service(0),
      v1::HoldContactRequest::descriptor()->file()->service(0),   v1::ReportAccessRequest::descriptor()->file()->service(0),
      v1::TakeDecisionRequest::descriptor()->file()->service(0),  v1::RegisterStayRequest::descriptor()->file()->service(0),
  };
  return *services;
}

}  // namespace overdracht::api
