/**
 * Documents of several lines for training: headings, labels with their values, tables, clauses. Most capitals of a document are no names,
 * which single sentences do not teach. Words of our own.
 */
import type { Draw } from "./draw.ts";

const LABELS: { readonly [slot: string]: readonly string[] } = {
  P: "Name|Full Name|Patient|Patient Name|Customer|Customer Name|Contact|Contact Person|Account Holder|Cardholder|Recipient|Sender|Prescriber|Physician|Provider|Attending Physician|Referring Provider|Guest|Passenger|Employee|Manager|Tenant|Landlord|Borrower|Insured|Beneficiary|Applicant|Prepared By|Approved By|Attn|Signature|Author|Witness|Emergency Contact|Guarantor|Agent|Subscriber|Lender|Buyer|Seller|Driver|Student|Teacher|To|From|RE|Name|Kunde|Nom|Nombre|Nome|Naam".split(
    "|",
  ),
  F: "First Name|Given Name|Assigned to|Vorname|Prénom".split("|"),
  L: "Last Name|Surname|Nachname".split("|"),
  C: "City|Location|Place of Birth|Branch|Destination|Origin|From|To|Ort|Ville|Ciudad|Port".split("|"),
  G: "Country|Nationality|State|Land|Pays|Country of Issue".split("|"),
  O: "Company|Employer|Facility|Organization|Vendor|Supplier|Bank|Insurance Company|Insurer|Hospital|Carrier|School|Firma|Company Name|Shipper|Issued By|Payer|Pharmacy".split(
    "|",
  ),
  A: "Address|Home Address|Mailing Address|Billing Address|Shipping Address|Property Address|Residence|Anschrift|Adresse|Dirección|Indirizzo|Office".split(
    "|",
  ),
};
const OTHER_LABELS =
  "Date|Date of Birth|DOB|Invoice No|Invoice Number|Order Number|Policy Number|Account Number|Member ID|Employee ID|Group Number|Status|Type|Total|Total Amount Due|Subtotal|Balance|Phone|Fax|Email|Website|NPI|MRN|DEA|SSN|ID|" +
  "Specialty|Department|Position|Job Title|Diagnosis|Medication|Dosage|Allergies|Gender|Blood Type|Plan|Payment Method|Due Date|Terms|Currency|Quantity|Description|Vehicle|License Plate|Room|Subject|Priority|Notes|Reference|" +
  "Tax ID|Routing Number|Transaction ID|Start Date|End Date|Admission Date|Discharge Date|Vessel|Weight|Tracking Number|Relationship|Language|Version|Category";
const OTHER_VALUES =
  "Pending|Approved|Active|Closed|Cardiology|Oncology|Neurology|Pediatrics|Dermatology|Family Medicine|Internal Medicine|Radiology|Surgery|Orthopedics|Psychiatry|Aspirin|Ibuprofen|Metformin|Lisinopril|Amoxicillin|Atorvastatin|" +
  "Asthma|Diabetes|Hypertension|Migraine|Pneumonia|Bronchitis|Anemia|Arthritis|Acute Back Pain|Chronic Kidney Disease|Type 2 Diabetes|Penicillin|None known|Human Resources|Sales|Finance|Customer Service|Legal|Engineering|" +
  "Software Engineer|Account Manager|Nurse|Driver|Senior Analyst|Credit Card|Bank Transfer|Wire Transfer|Cash|Monthly|Annual|Standard|Premium|Express|Overnight|High|Low|Female|Male|Spouse|Parent|English|German|French|Spanish|" +
  "Life Insurance|Home Insurance|Checking|Savings|Mortgage|Net 30|N/A|Not Specified|Yes|No|Wireless Headphones|Office Chair|Steel Pipes|Laptop Stand|Winter Jacket|Red|Blue|Sedan|Truck";
const HEADINGS =
  "Invoice|Purchase Order|Order Confirmation|Bill of Sale|Delivery Note|Packing List|Patient Intake Form|Discharge Summary|Progress Note|Prescription|Referral Letter|Lab Report|Claim Form|Insurance Claim|Policy Details|" +
  "Personal Information|Contact Information|Payment Details|Account Summary|Transaction History|Loan Application|Rental Agreement|Employment Contract|Non-Disclosure Agreement|Power of Attorney|Terms and Conditions|Governing Law|" +
  "Termination|Confidentiality|Table of Contents|Executive Summary|Key Findings|Next Steps|Action Items|Meeting Minutes|Agenda|Incident Report|Risk Assessment|Annual Report|Balance Sheet|Statement of Income|Tax Return|Quarterly Results|" +
  "Safety Procedure|Maintenance Schedule|User Guide|Release Notes|Privacy Notice|Vital Signs|Medical History|Chief Complaint|Treatment Plan|Follow-up|Appendix A|Section 4|Article 7|Schedule B|Exhibit C|Step 1|Notify Party|Description of Goods|Scope of Work";
const CLAUSES: readonly string[] = [
  "This Agreement is governed by the laws of {G}.",
  'This Agreement is made on {D} between {O} (the "Company") and {P} (the "Employee").',
  "The Parties agree to keep all Confidential Information secret.",
  "The Lender may assign this Agreement with the consent of the Borrower.",
  "The Tenant shall pay the Rent on the first day of each month.",
  "Patient presents with fever, cough and shortness of breath.",
  "History of Hypertension and Type 2 Diabetes, treated with Metformin.",
  "Continue current medication and follow up in two weeks.",
  "Employees with ID {N} and {N} must complete the Safety Training.",
  "All Vehicles must be inspected by the Maintenance Department.",
  "Dr. {L} will see {P} again on {D}.",
  "{P} was referred to {O} by Dr. {P}.",
  "Please contact {P} at {X} with any questions.",
  "Dear {L},",
  "Dear Dr. {L},",
  "Thank you for referring {P}.",
  "We Appreciate Your Business!",
  "Payment is due within 30 days by Bank Transfer or Credit Card.",
  "The property at {A} is insured by {O}.",
  "{P} resides at {A}.",
  "Delivery to {A} on {D}.",
  "Authorized Signature: ______",
];

const spaced = (draw: Draw): string => draw.pick([": ", ": ", ": ", ":\t", ":      ", " - ", ":\n"]);
const pickOf = (draw: Draw, list: string): string => draw.pick(list.split("|"));

/** A carrier of several lines, with slots as in carriers.ts. */
export function documentCarrier(draw: Draw): string {
  const bold = draw.next() < 0.2 ? "**" : "";
  const bullet = draw.next() < 0.15 ? draw.pick(["- ", "* ", "  ", "• "]) : "";
  const isUpper = draw.next() < 0.12;
  const lines: string[] = [];
  if (draw.next() < 0.6) {
    const heading = draw.next() < 0.4 ? pickOf(draw, HEADINGS).toUpperCase() : pickOf(draw, HEADINGS);
    lines.push(
      draw.pick([heading, `# ${heading}`, `**${heading}**`, `--- ${heading} ---`, `${heading}\n=====================`, `1. ${heading}`]),
    );
  }
  for (let count = 1 + draw.below(6); count > 0; count--) {
    const chance = draw.next();
    if (chance < 0.3) {
      const slot = draw.pick(["P", "P", "P", "F", "L", "C", "G", "O", "O", "A", "A"]);
      const label = draw.pick(LABELS[slot] ?? []);
      lines.push(`${bullet}${bold}${isUpper ? label.toUpperCase() : label}${spaced(draw)}${bold}{${slot}}`);
    } else if (chance < 0.62) {
      const label = pickOf(draw, OTHER_LABELS);
      const value = draw.next() < 0.5 ? pickOf(draw, OTHER_VALUES) : draw.pick(["{N}", "{D}", "{X}", "{N}"]);
      lines.push(`${bullet}${bold}${isUpper ? label.toUpperCase() : label}${spaced(draw)}${bold}${value}`);
    } else if (chance < 0.87) lines.push(draw.pick(CLAUSES));
    else if (chance < 0.92) lines.push(pickOf(draw, HEADINGS));
    else if (chance < 0.95) lines.push(`{P}\t{C}\t{N}`, `{P}\t{C}\t{N}`);
    else if (chance < 0.97)
      lines.push(`"${pickOf(draw, OTHER_LABELS).toLowerCase()}": "${pickOf(draw, OTHER_VALUES)}", "name": "{P}", "company": "{O}"`);
    else lines.push(`{P},${draw.pick(["{S}", "{A}", "{C}"])},{D}`, `{P},{C},{D}`);
  }
  return lines.join(draw.next() < 0.85 ? "\n" : draw.next() < 0.5 ? "\n\n" : " ");
}
