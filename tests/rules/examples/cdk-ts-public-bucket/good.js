bucket.grantRead(reader);
