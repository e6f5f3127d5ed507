//! Credit ratings: conducts, the procedure, the companies' own pages, the public register.

pub mod act;
pub mod conduct;
pub mod conducts;
pub mod list;
pub mod public;
pub mod show;

use crate::people::Role;
use crate::ratings::conducts::File;
use crate::types::DocumentId;
use crate::web::upload::Upload;

/// Who acts for a company: its own people, or an officer for one without an account.
pub const COMPANIES: &[Role] = &[Role::Officer, Role::Supplier];

/// The file of a form, when one was chosen.
fn chosen(upload: &mut Upload) -> Option<File> {
    // A file field left empty comes without a name.
    let name = std::mem::take(&mut upload.name);
    (!name.is_empty()).then(|| (DocumentId::new(), name, std::mem::take(&mut upload.bytes)))
}
