await client.send(new PutBucketAclCommand({ Bucket: name, ACL: 'public-read-write' })); // expect: js-aws-public-acl
