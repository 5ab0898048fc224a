-- Signatures as the record shows them: proto JSON of SignatureManifestation. The signatures themselves are in the kernel's table.

ALTER TABLE recipes ADD COLUMN approval TEXT;
ALTER TABLE steps ADD COLUMN performed_signature TEXT;
ALTER TABLE steps ADD COLUMN verified_signature TEXT;
