//! The ids of everything: UUIDs of version 7, of which later ones sort after earlier ones.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize)]
        #[diesel(sql_type = Text)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// A new id; later ids sort after earlier ones.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7().to_string())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(|id| Self(id.hyphenated().to_string()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = uuid::Error;
            fn try_from(text: String) -> Result<Self, uuid::Error> {
                text.parse()
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.as_str().to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                text.parse().map_err(|_| format!("stored {}: {text}", stringify!($name)).into())
            }
        }
    )*};
}

ids! {
    /// A bureau, hospital or supplier.
    OrganisationId;
    /// A person's account.
    AccountId;
    /// A catalogue product.
    ProductId;
    /// What a monitoring rule found.
    FindingId;
    /// A price case (价格案件).
    CaseId;
    /// A step of a price case.
    CaseStepId;
    /// A supplier's reply to a step.
    CaseReplyId;
    /// Something else that happened in a price case.
    CaseEventId;
    /// A suspension of a product's listing (暂停挂网).
    SuspensionId;
    /// A scan of stored prices.
    ScanRunId;
    /// What a product is listed at in a region from a day on.
    ListingId;
    /// A file of purchases or listings, and the name of its bytes in the spool.
    PriceFileId;
    /// A program's token.
    ApiTokenId;
    /// A wish to be told of findings by mail (订阅).
    SubscriptionId;
    /// One alert mail, with its figures.
    AlertId;
    /// An uploaded file waiting for review.
    ImportId;
    /// A procurement round (批次).
    RoundId;
    /// A lot of a round (竞价单元).
    LotId;
    /// A request for a second person's approval.
    ApprovalId;
    /// A change of a round after publishing.
    AmendmentId;
    /// A hospital's demand report.
    ReportId;
    /// One line of demand.
    DemandId;
    /// A sealed envelope of one supplier's offers.
    EnvelopeId;
    /// One opened offer.
    OfferId;
    /// A computed award.
    AwardId;
    /// An award's decision on one offer.
    DecisionId;
    /// An agreed quantity of one hospital with one winner.
    AllocationId;
    /// The choice of regions of a round (供应地区选择).
    SelectionId;
    /// One lot's turns in a choice of regions.
    QueueId;
    /// A region taken in a turn.
    PickId;
    /// The time in which hospitals place volume (调剂).
    PeriodId;
    /// Volume a hospital has to place.
    VolumeId;
    /// An objection during publicity.
    ObjectionId;
    /// A question asked of a bidder after the opening.
    QuestionId;
    /// One answer to it, or try to answer.
    ReplyId;
    /// An uploaded document.
    DocumentId;
    /// A contract of a hospital with a winner.
    ContractId;
    /// An amendment of a contract.
    ChangeId;
    /// A payment standard.
    StandardId;
    /// A release of payment standards.
    ReleaseId;
    /// A list of negotiated drugs (谈判药品).
    NegotiatedListId;
    /// What a draft of standards would have done to last year's purchases.
    EffectId;
    /// A case basket (病种费用).
    DiseaseBasketId;
    /// A consumer of the settlement feed.
    ConsumerId;
    /// A report of what a consumer holds.
    ComparisonId;
    /// Standards on their way to a consumer's endpoint.
    PushId;
    /// A mail in the outbox.
    MailId;
    /// A version of a rule set.
    RuleSetId;
    /// A simulation of an award.
    SimulationId;
    /// A draft of a rule set.
    RuleDraftId;
    /// A draft of a monitoring rule.
    MonitoringDraftId;
    /// One time a draft of a monitoring rule was tried out.
    TrialId;
    /// What is left out of the comparison of monitoring rules.
    ExclusionId;
    /// A dated value of an execution term.
    TermValueId;
    /// A fact about how a supplier keeps its contracts.
    CreditFactId;
    /// What a company did, as a document says it (失信行为).
    ConductId;
    /// A rating of a company's credit (信用评级).
    RatingId;
    /// One step of a rating.
    RatingStepId;
    /// The agreed volume of one contract in one agreement year.
    AgreedVolumeId;
    /// What a hospital asks to order in one go.
    RequestId;
    /// An order of one hospital with one supplier.
    OrderId;
    /// One line of an order.
    OrderLineId;
    /// What a hospital gave up of an order line.
    OrderReleaseId;
    /// A delivery note (配送单).
    DeliveryId;
    /// One line of a delivery note.
    DeliveryLineId;
    /// What a hospital took in of a delivery line (验收).
    ReceiptId;
    /// Goods sent back after acceptance.
    ReturnId;
    /// A company that delivers for suppliers (配送企业).
    DistributorId;
    /// A supplier's choice of who delivers in a region.
    DistributorChoiceId;
    /// An assessment of a distributor.
    DistributorAssessmentId;
    /// What a supplier did not promise of an order line.
    ShortfallId;
    /// An entry of the monitoring list of shortages.
    ShortageEntryId;
    /// What a hospital has in stock of a product.
    StockReportId;
    /// A shortage of a generic (短缺).
    ShortageId;
    /// One step of a shortage.
    ShortageStepId;
    /// An invoice or a credit note.
    InvoiceId;
    /// One line of an invoice.
    InvoiceLineId;
    /// A payment for receipts.
    PaymentId;
    /// A supplier's monthly claim on the fund (结算申请).
    ClaimId;
    /// A breach of an invariant.
    IncidentId;
    /// One run of the nightly checks.
    CheckRunId;
    /// A year of surplus retention of one round (结余留用考核周期).
    PlanId;
    /// A hospital's assessment score in a plan.
    AssessmentId;
    /// What an officer did to several contracts at once.
    EventId;
    /// What a supplier submits in one go: its claims of a month.
    SubmissionId;
    /// A bank account of a supplier or of the bureau.
    BankAccountId;
    /// A grant of prepayment to a hospital.
    GrantId;
    /// A row of a hospital's prepayment ledger.
    PrepaymentEntryId;
    /// A settlement of a month's confirmed claims.
    SettlementId;
    /// One supplier's transfer in a settlement.
    TransferId;
    /// A payment file for the bank.
    PaymentFileId;
    /// What was deducted from a hospital in a month.
    DeductionEntryId;
    /// One act of marking deductions, from its form.
    DeductionActId;
    /// A version of a basket of a price index (篮子).
    BasketId;
    /// What is said when an index of decoction pieces has moved (联动通知).
    NoticeId;
    /// A target of an indicator (目标值).
    TargetId;
    /// A figure entered for an indicator.
    InputId;
    /// A generic or class procured elsewhere.
    VarietyId;
    /// A hospital preparation (医院制剂).
    PreparationId;
    /// A version of its cost review sheet (成本核算表).
    CostSheetId;
    /// One line of it.
    CostLineId;
}
