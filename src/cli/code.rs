//! `jicai code`: product codes taken apart and checked.

use std::io::{self, BufRead, Read};

use clap::Args;
use jicai::catalog::code::Code;
use jicai::error::{Error, Result};
use jicai::files::write::Csv;
use jicai::text::{Say, Text, fill};

use super::{Stop, lang};

/// The longest line read from standard input; a code has 27 characters.
const LONGEST: u64 = 1_000;

/// Parse and check product codes (drugs X and Z, decoction pieces T, consumables C)
///
/// Writes one CSV line for each code, without a header: `code,kind,class,generic,form,spec,pack,company`, or
/// `code,bad,reason`. Exit status 0: all good; 2: any bad. JICAI_LANG=en|zh chooses the language of reasons.
#[derive(Args)]
pub struct CodeArgs {
    /// The codes; without any, one a line from standard input
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

/// Runs the command.
pub fn run(args: &CodeArgs) -> std::result::Result<(), Stop> {
    let t = lang().text();
    let (all, bad) = print(args, t).map_err(|e| Stop::Failed(e.to_string()))?;
    if bad > 0 {
        return Err(Stop::Bad(vec![fill(t.catalog.codes_bad, &[("bad", &bad), ("all", &all)])]));
    }
    Ok(())
}

fn print(args: &CodeArgs, t: &Text) -> Result<(u64, u64)> {
    let mut out = Csv::bare(io::stdout().lock());
    let (mut all, mut bad) = (0, 0);
    let mut take = |text: &str| -> Result<()> {
        all += 1;
        bad += u64::from(!line(&mut out, text, t)?);
        Ok(())
    };
    let done = match args.codes.as_slice() {
        [] => from_lines(io::stdin().lock(), &mut take),
        codes => codes.iter().try_for_each(|code| take(code)),
    };
    match done.and_then(|()| out.finish().map(drop)) {
        // Whoever reads our output may stop early.
        Err(e) if is_closed(&e) => {}
        done => done?,
    }
    Ok((all, bad))
}

/// Whether whoever read our output has stopped.
pub fn is_closed(error: &Error) -> bool {
    let Error::Fault(why) = error else { return false };
    let of_csv = why.downcast_ref::<csv::Error>().and_then(|e| match e.kind() {
        csv::ErrorKind::Io(e) => Some(e),
        _ => None,
    });
    let error = why.downcast_ref::<io::Error>().or(of_csv);
    error.is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

fn from_lines(mut input: impl BufRead, take: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    let mut line = Vec::new();
    while input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if !text.is_empty() {
            take(text)?;
        }
        line.clear();
    }
    Ok(())
}

/// Writes the line of one code; false when it is bad.
fn line<W: io::Write>(out: &mut Csv<W>, text: &str, t: &Text) -> Result<bool> {
    match text.parse::<Code>() {
        Ok(c) => {
            let kind = c.kind().as_str();
            let parts = [c.class(), c.generic(), c.form(), c.spec(), c.pack(), c.company()];
            out.row([c.as_str(), kind].into_iter().chain(parts))?;
            Ok(true)
        }
        Err(why) => {
            out.row([text.trim(), "bad", &why.say(t)])?;
            Ok(false)
        }
    }
}
