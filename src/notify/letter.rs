//! What the platform writes to people: each letter's facts.

use serde::{Deserialize, Serialize};

use super::monthly::Monthly;
use super::news::News;
use super::report::Report;

/// A letter's facts. A deadline is already written out in Shanghai time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Letter {
    /// A round was published: to its hospitals and the suppliers.
    RoundPublished {
        number: String,
        title: String,
        path: String,
        demand_to: String,
        bidding_to: String,
    },
    /// A published round was changed.
    RoundAmended {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// A published round was given up.
    RoundAborted {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// A hospital's demand report is late or due soon.
    DemandDue {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// Lines of a demand report came back.
    DemandReturned {
        number: String,
        title: String,
        path: String,
        remark: String,
        deadline: String,
    },
    /// An approval waits for a second person.
    ApprovalAsked {
        number: String,
        title: String,
        path: String,
        action: String,
        by: String,
    },
    /// A second person decided.
    ApprovalDecided {
        number: String,
        title: String,
        path: String,
        action: String,
        decision: String,
        by: String,
        remark: String,
    },
    /// An opener has not yet taken the key.
    OpenerKeyDue {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// A round closed for bids; the root of its receipts.
    RootPublished {
        number: String,
        title: String,
        path: String,
        count: i64,
        root: String,
    },
    /// The bids of a round were opened.
    BidsOpened {
        number: String,
        title: String,
        path: String,
    },
    /// Questions about a revival or negotiation wait for the bidder's answer.
    QuestionsAsked {
        number: String,
        title: String,
        path: String,
        count: i64,
        deadline: String,
    },
    /// A question was taken back.
    QuestionWithdrawn {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// The last open question of a round is closed: to the officers.
    QuestionsAnswered {
        number: String,
        title: String,
        path: String,
    },
    /// The proposed award is public.
    AwardPublished {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// An objection was filed or answered.
    ObjectionFiled {
        number: String,
        title: String,
        path: String,
        by: String,
    },
    ObjectionAnswered {
        number: String,
        title: String,
        path: String,
        answer: String,
    },
    /// Winners choose regions in turns: to all of them.
    RegionsStarted {
        number: String,
        title: String,
        path: String,
        minutes: i32,
    },
    /// It is a winner's turn.
    RegionsTurn {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// Every region is chosen: to the officers.
    RegionsEnded {
        number: String,
        title: String,
        path: String,
    },
    /// What was chosen no longer counts.
    RegionsCancelled {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// A hospital has volume to place, or the deadline for it moved.
    VolumeToPlace {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// What hospitals placed no longer counts.
    PlacingCancelled {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// A contract waits for confirmation.
    ContractDue {
        number: String,
        title: String,
        path: String,
        count: i64,
        deadline: String,
    },
    /// A contract was amended.
    ContractAmended {
        number: String,
        title: String,
        path: String,
        reason: String,
    },
    /// Something happened between order and payment (`title` is who did it) or in a price case (`title` is the
    /// product); `detail` is what it came to.
    Supply {
        news: News,
        number: String,
        title: String,
        path: String,
        detail: String,
    },
    /// A hospital placed an order: to its supplier.
    OrderPlaced {
        number: String,
        title: String,
        path: String,
        lines: i64,
        amount: String,
    },
    /// A hospital gave up what was not sent of an order line: to its supplier.
    OrderReleased {
        number: String,
        title: String,
        path: String,
        product: String,
        quantity: String,
        reason: String,
    },
    /// An event changed several contracts of an organisation.
    ContractsAmended {
        number: String,
        title: String,
        path: String,
        count: i64,
        reason: String,
        since: String,
        state: String,
    },
    /// A hospital orders little beside the time elapsed, or a supplier delivers little of what is ordered.
    ProgressBehind {
        number: String,
        title: String,
        path: String,
        party: String,
        count: i64,
        lines: String,
    },
    /// Payment standards were released.
    StandardsReleased {
        number: String,
        title: String,
        path: String,
        lines: i64,
    },
    /// The nightly checks found what does not agree: to officers and auditors.
    IncidentsFound {
        path: String,
        count: i64,
        all: i64,
    },
    /// A year of surplus retention was approved: to each hospital its own result.
    RetentionApproved {
        number: String,
        title: String,
        path: String,
        base: String,
        grade: String,
        retained: String,
    },
    /// A supplier has receipts to claim from the fund.
    ClaimsDue {
        number: String,
        title: String,
        path: String,
        deadline: String,
    },
    /// A hospital has claims to verify, or is late with it.
    ClaimsToVerify {
        number: String,
        title: String,
        path: String,
        deadline: String,
        is_late: bool,
    },
    /// The fund paid a supplier's claims.
    ClaimsPaid {
        number: String,
        title: String,
        path: String,
        day: String,
    },
    /// An index of decoction pieces moved beyond its threshold: to the officers.
    IndexLinked {
        number: String,
        title: String,
        path: String,
        value: String,
        reference: String,
        change: String,
        count: i64,
    },
    /// A hospital submitted a preparation's cost review sheet: to the officers.
    PreparationSubmitted {
        number: String,
        title: String,
        path: String,
        hospital: String,
        price: String,
    },
    /// A cost review sheet came back to its hospital.
    PreparationReturned {
        number: String,
        title: String,
        path: String,
        remark: String,
    },
    /// A preparation's price was approved: to its hospital.
    PreparationApproved {
        number: String,
        title: String,
        path: String,
        price: String,
        from: String,
    },
    /// A preparation's price is to be reviewed again, or is late for it: to its hospital and the officers.
    PreparationDue {
        number: String,
        title: String,
        path: String,
        deadline: String,
        is_late: bool,
    },
    /// Findings of the price monitoring, as somebody subscribed to them.
    Alert(Box<Report>),
    /// The indicators of a month, to whoever asked for them.
    Indicators(Box<Monthly>),
    /// The head of the audit chain, kept outside the platform by whoever receives it.
    AuditHead {
        links: String,
        head: String,
        path: String,
    },
}
