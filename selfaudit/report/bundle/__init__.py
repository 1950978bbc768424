"""The bundle: made, opened and verified."""

from selfaudit.report.bundle.archive import MAX_ARCHIVE, is_archive
from selfaudit.report.bundle.make import Attachment, attachments_beside, build_bundle, make_bundle, sign_bundle, wanted_files
from selfaudit.report.bundle.model import Bundle, Difference, Manifest, Point, Standing, Verification, encode_verification
from selfaudit.report.bundle.read import attachments_of, audit_of, before_of, case_file_of, open_bundle
from selfaudit.report.bundle.verify import Verified, verify_bundle

__all__ = [
    "MAX_ARCHIVE", "Attachment", "Bundle", "Difference", "Manifest", "Point", "Standing", "Verification", "Verified",
    "attachments_beside", "attachments_of", "audit_of", "before_of", "build_bundle", "case_file_of", "encode_verification", "is_archive",
    "make_bundle", "open_bundle", "sign_bundle", "verify_bundle", "wanted_files",
]  # fmt: skip
