select encode(sha256(convert_to(:text, 'UTF8')), 'hex') as sha256
