-- What is queried across runs. Tables are described in workers/store/schema.ts.
SELECT 1;
