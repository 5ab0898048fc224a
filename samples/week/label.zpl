^XA
^PW600
^LL400
^FO20,20^A0N,30^FD{product_name}^FS
^FO20,60^A0N,24^FDBatch {batch_number}  {nuclide}  {volume_ml} mL^FS
^FO20,95^A0N,28^FD{calibration_mbq} MBq ({calibration_mci} mCi)^FS
^FO20,130^A0N,22^FDat {calibration_time_local}^FS
^FO20,165^A0N,22^FDExpires {expire_time_local}^FS
^FO20,200^A0N,20^FDCAUTION RADIOACTIVE MATERIAL^FS
^FO20,230^A0N,20^FDCopy {copy_number}  {serial}^FS
^FO420,200^FD{data_matrix}^FS
^XZ
