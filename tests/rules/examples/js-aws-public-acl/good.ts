await client.send(new PutBucketAclCommand({ Bucket: name, ACL: 'private' }));
