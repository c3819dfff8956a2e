DROP INDEX contributors_photo;
