-- A keyed digest of the person let whoever guesses their id ask whether they were erased, and find them in older entries of the audit log.
-- An erasure that is complete is found by its own id alone; one that runs knows its person anyway.

UPDATE erasures SET person = '';
DROP INDEX erasures_by_person;
CREATE INDEX erasures_by_subject ON erasures (org, subject, id);
