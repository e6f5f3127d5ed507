//! What is written about supply: one letter, its words by what happened.

use crate::text::Text;

crate::words! {
    /// What happened between order and return.
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
    }
}

impl News {
    /// Subject and body.
    pub(super) fn words(self, t: &Text) -> (&'static str, &'static str) {
        let d = &t.deliveries;
        match self {
            News::OrderShort => (d.mail_short, d.mail_short_body),
            News::OrderUnanswered => (d.mail_unanswered, d.mail_unanswered_body),
            News::DeliverySent => (d.mail_sent, d.mail_sent_body),
            News::DeliveryReceived => (d.mail_received, d.mail_received_body),
            News::GoodsReturned => (d.mail_returned, d.mail_returned_body),
            News::DistributorLost => (d.mail_distributor, d.mail_distributor_body),
        }
    }
}
