"""What ISO 20022 calls things in pain.008, pain.002, camt.053 and camt.054, as far as direct debits write or read them."""

from __future__ import annotations

# pain.008: what is put into the file of the library.
MESSAGE_ID = "GrpHdr/MsgId"
BLOCK, BLOCK_ID, SEQUENCE = "PmtInf", "PmtInfId", "PmtTpInf/SeqTp"
DEBIT, DEBIT_END_TO_END, DEBIT_MANDATE = "DrctDbtTxInf", "PmtId/EndToEndId", "DrctDbtTx/MndtRltdInf"
AMENDED, AMENDMENT = "AmdmntInd", "AmdmntInfDtls"
OLD_REFERENCE = "OrgnlMndtId"
OLD_CREDITOR, CREDITOR_ID, CREDITOR_SCHEME = "OrgnlCdtrSchmeId/Id/PrvtId/Othr", "Id", "SchmeNm/Prtry"
OLD_ACCOUNT = "OrgnlDbtrAcct/Id/Othr/Id"

# camt: what came back.
NOTIFICATION_ENTRIES, STATEMENT_ENTRIES = "BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry", "BkToCstmrStmt/Stmt/Ntry"
NOTIFICATION, STATEMENT = "BkToCstmrDbtCdtNtfctn/Ntfctn", "BkToCstmrStmt/Stmt"
DETAILS, DETAIL_END_TO_END = "NtryDtls/TxDtls", "Refs/EndToEndId"
RETURN_REASONS = ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
# What was collected; the amount of the entry may have the fee of the bank in it.
COLLECTED_AMOUNTS = ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt")
AMOUNT = "Amt"

# pain.002: what the bank refused.
STATUS, STATUS_DETAILS = "CstmrPmtStsRpt", "OrgnlPmtInfAndSts/TxInfAndSts"
STATUS_CODE, REJECTED = "TxSts", "RJCT"
STATUS_END_TO_END = "OrgnlEndToEndId"
STATUS_REASONS = ("StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry")
STATUS_AMOUNTS = ("OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/IntrBkSttlmAmt")
