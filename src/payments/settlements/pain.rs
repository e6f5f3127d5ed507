//! Payment files as ISO 20022 `pain.001.001.09` (CustomerCreditTransferInitiation).

use std::fmt::Write as _;

use super::{Attempt, PaymentFile};
use crate::payments::bank::BankAccount;

/// A payment file with what is needed to write it.
#[derive(Debug, Clone)]
pub struct Order {
    /// The file.
    pub file: PaymentFile,
    /// The account it is paid from.
    pub payer: BankAccount,
    /// Each attempt with the account it goes to and the supplier's code.
    pub lines: Vec<(Attempt, BankAccount, String)>,
}

/// Text as XML content: the five characters that mean something are written as entities, what XML 1.0 cannot carry is
/// left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// Elements one after the other, each opened, filled and closed.
struct Xml(String);

impl Xml {
    fn leaf(&mut self, name: &str, text: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{name}>{}</{name}>", escape(text));
    }

    fn node(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        let _ = write!(self.0, "<{name}>");
        fill(self);
        let _ = write!(self.0, "</{name}>");
    }

    fn party(&mut self, name: &str, it: &BankAccount, code: &str) {
        self.node(name, |x| {
            x.leaf("Nm", &it.holder);
            if !code.is_empty() {
                x.node("Id", |x| x.node("OrgId", |x| x.node("Othr", |x| x.leaf("Id", code))));
            }
        });
    }

    fn account(&mut self, name: &str, it: &BankAccount) {
        self.node(name, |x| {
            x.node("Id", |x| x.node("Othr", |x| x.leaf("Id", &it.number)));
            x.leaf("Ccy", "CNY");
        });
    }

    fn bank(&mut self, name: &str, it: &BankAccount) {
        self.node(name, |x| {
            x.node("FinInstnId", |x| {
                x.node("ClrSysMmbId", |x| {
                    // CNAPS is the code of China's national system in ISO 20022's external code list.
                    x.node("ClrSysId", |x| x.leaf("Cd", "CNAPS"));
                    x.leaf("MmbId", &it.cnaps);
                });
                x.leaf("Nm", &it.bank);
            });
        });
    }
}

/// The file's bytes. The same file gives the same bytes.
pub fn write(it: &Order) -> Vec<u8> {
    let (file, count) = (&it.file, it.file.transfers.to_string());
    let sum = file.amount.to_string();
    let mut xml = Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned());
    xml.0.push_str("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">");
    xml.node("CstmrCdtTrfInitn", |x| {
        x.node("GrpHdr", |x| {
            x.leaf("MsgId", &file.number);
            x.leaf("CreDtTm", &file.made_at.iso());
            x.leaf("NbOfTxs", &count);
            x.leaf("CtrlSum", &sum);
            x.party("InitgPty", &it.payer, "");
        });
        x.node("PmtInf", |x| {
            x.leaf("PmtInfId", &file.number);
            x.leaf("PmtMtd", "TRF");
            x.leaf("NbOfTxs", &count);
            x.leaf("CtrlSum", &sum);
            x.node("ReqdExctnDt", |x| x.leaf("Dt", &file.execute_on.to_string()));
            x.party("Dbtr", &it.payer, "");
            x.account("DbtrAcct", &it.payer);
            x.bank("DbtrAgt", &it.payer);
            for line in &it.lines {
                transaction(x, line);
            }
        });
    });
    xml.0.push_str("</Document>\n");
    xml.0.into_bytes()
}

fn transaction(xml: &mut Xml, (attempt, account, code): &(Attempt, BankAccount, String)) {
    xml.node("CdtTrfTxInf", |x| {
        x.node("PmtId", |x| {
            x.leaf("InstrId", &attempt.id);
            x.leaf("EndToEndId", &attempt.id);
        });
        x.node("Amt", |x| {
            let _ = write!(x.0, "<InstdAmt Ccy=\"CNY\">{}</InstdAmt>", attempt.amount);
        });
        x.bank("CdtrAgt", account);
        x.party("Cdtr", account, code);
        x.account("CdtrAcct", account);
        x.node("RmtInf", |x| x.leaf("Ustrd", &attempt.id));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_so_that_it_reads_back_the_same() {
        let check = |text: &str, want: &str| assert_eq!(escape(text), want, "{text:?}");
        check("浙江康恩药业有限公司", "浙江康恩药业有限公司");
        check("A&B <药业> \"集团\" 'x'", "A&amp;B &lt;药业&gt; &quot;集团&quot; &apos;x&apos;");
        check("]]>", "]]&gt;");
        check("甲\u{0}\u{8}\n乙\u{ffff}", "甲 乙");
    }
}
