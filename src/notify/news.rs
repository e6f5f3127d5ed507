//! What is written about supply and payment: one letter, its words by what happened.

use crate::text::Text;

crate::words! {
    /// What happened between order and payment, or in a price case.
    News {
        /// A supplier promised less than was ordered: to the hospital and the officers.
        OrderShort = "order_short",
        /// A supplier did not answer an order in time: to the supplier and the officers.
        OrderUnanswered = "order_unanswered",
        /// Goods are on their way: to the hospital.
        DeliverySent = "delivery_sent",
        /// A hospital took a delivery in, or refused it: to the supplier.
        DeliveryReceived = "delivery_received",
        /// Accepted goods go back: to the supplier.
        GoodsReturned = "goods_returned",
        /// A distributor may not deliver any more: to the suppliers that chose it.
        DistributorLost = "distributor_lost",
        /// An invoice does not match order and receipt: to both sides.
        InvoiceMismatched = "invoice_mismatched",
        /// An invoice that did not match was taken back: to the hospital.
        InvoiceWithdrawn = "invoice_withdrawn",
        /// A credit note was entered: to the hospital.
        CreditNoteEntered = "credit_note_entered",
        /// A hospital paid: to the supplier.
        HospitalPaid = "hospital_paid",
        /// A hospital reversed a payment: to the supplier.
        PaymentReversed = "payment_reversed",
        /// A hospital is late with payments: to it.
        PaymentsLate = "payments_late",
        /// A monitored generic is short, or worse than before: to the officers and the hospitals concerned.
        ShortageFound = "shortage_found",
        /// A replacement supplier is named: to them and the supplier.
        ShortageReplaced = "shortage_replaced",
        /// A shortage is closed: to the officers and the hospitals concerned.
        ShortageClosed = "shortage_closed",
        /// A company is told of a credit rating and its time for a defence.
        RatingNoticed = "rating_noticed",
        /// A company defends itself or asks for repair: to the officers.
        RatingAnswered = "rating_answered",
        /// A credit rating, or its repair, was decided: to the company.
        RatingDecided = "rating_decided",
        /// A credit rating ended: to the company and the officers.
        RatingEnded = "rating_ended",
        /// The scan found something about listings: to the maker.
        ListingsFound = "listings_found",
        /// The scan's findings opened price cases: to the officers.
        CasesOpened = "cases_opened",
        /// A price case was assigned: to the officer.
        CaseAssigned = "case_assigned",
        /// A step of a price case was taken: to the supplier.
        CaseStep = "case_step",
        /// A supplier replied to a step: to the officer.
        CaseReplied = "case_replied",
        /// The outcome of a step was recorded: to the supplier.
        CaseOutcome = "case_outcome",
        /// A step is overdue: to the officer and the reviewers.
        CaseOverdue = "case_overdue",
        /// A suspension was lifted: to the supplier.
        CaseLifted = "case_lifted",
        /// A price case was closed: to the supplier and the officer.
        CaseClosed = "case_closed",
        /// A price case was opened again: to the officer.
        CaseReopened = "case_reopened",
        /// A price is above the payment standard and should come down to it: to the supplier.
        PriceAboveStandard = "price_above_standard",
        /// A push of payment standards was given up: to those who run the feed.
        PushGivenUp = "push_given_up",
    }
}

impl News {
    /// Subject and body.
    pub(super) fn words(self, t: &Text) -> (&'static str, &'static str) {
        let (d, i, p, r) = (&t.deliveries, &t.invoices, &t.paying, &t.ratings);
        let (s, c) = (&t.shortages, &t.cases);
        match self {
            News::OrderShort => (d.mail_short, d.mail_short_body),
            News::OrderUnanswered => (d.mail_unanswered, d.mail_unanswered_body),
            News::DeliverySent => (d.mail_sent, d.mail_sent_body),
            News::DeliveryReceived => (d.mail_received, d.mail_received_body),
            News::GoodsReturned => (d.mail_returned, d.mail_returned_body),
            News::DistributorLost => (d.mail_distributor, d.mail_distributor_body),
            News::InvoiceMismatched => (i.mail_mismatched, i.mail_mismatched_body),
            News::InvoiceWithdrawn => (i.mail_withdrawn, i.mail_withdrawn_body),
            News::CreditNoteEntered => (i.mail_credit, i.mail_credit_body),
            News::HospitalPaid => (p.mail_paid, p.mail_paid_body),
            News::PaymentReversed => (p.mail_reversed, p.mail_reversed_body),
            News::PaymentsLate => (p.mail_late, p.mail_late_body),
            News::ShortageFound => (s.mail_found, s.mail_found_body),
            News::ShortageReplaced => (s.mail_replaced, s.mail_replaced_body),
            News::ShortageClosed => (s.mail_closed, s.mail_closed_body),
            News::RatingNoticed => (r.mail_noticed, r.mail_noticed_body),
            News::RatingAnswered => (r.mail_answered, r.mail_answered_body),
            News::RatingDecided => (r.mail_decided, r.mail_decided_body),
            News::RatingEnded => (r.mail_ended, r.mail_ended_body),
            News::ListingsFound => (t.watching.mail_listings, t.watching.mail_listings_body),
            News::CasesOpened => (c.mail_opened, c.mail_opened_body),
            News::CaseAssigned => (c.mail_assigned, c.mail_assigned_body),
            News::CaseStep => (c.mail_step, c.mail_step_body),
            News::CaseReplied => (c.mail_replied, c.mail_replied_body),
            News::CaseOutcome => (c.mail_outcome, c.mail_outcome_body),
            News::CaseOverdue => (c.mail_overdue, c.mail_overdue_body),
            News::CaseLifted => (c.mail_lifted, c.mail_lifted_body),
            News::CaseClosed => (c.mail_closed, c.mail_closed_body),
            News::CaseReopened => (c.mail_reopened, c.mail_reopened_body),
            News::PriceAboveStandard => (t.links.mail, t.links.mail_body),
            News::PushGivenUp => (t.api.mail_push_dead, t.api.mail_push_dead_body),
        }
    }
}
